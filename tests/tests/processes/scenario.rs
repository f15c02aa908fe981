//! A scenario: one connection, with its own sandbox and an account in a store.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::connections::Connections;
use oauth_core::store::{Key, Record, TokenStore};
use oauth_core::{App, ClockFn};
use oauth_sandbox::{Fault, Journal, RequestKind, Sandbox, SandboxClock};
use tokio::runtime::Runtime;

use crate::protocol::{Interruption, ShortTimes, StoreLocation, TestProvider, WorkerConfig};

/// A store, and where workers open it.
#[derive(Clone, Debug)]
pub(crate) struct TestStore {
    pub(crate) location: StoreLocation,
    pub(crate) store: Arc<dyn TokenStore>,
}

pub(crate) struct Scenario {
    runtime: Arc<Runtime>,
    test_store: TestStore,
    sandbox: Sandbox,
    provider: TestProvider,
    account: String,
}

/// Refresh calls that the token endpoint received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Calls {
    /// Calls with a refresh token.
    pub(crate) sent: usize,
    /// Calls that spent the refresh token.
    pub(crate) spent: usize,
    /// Calls whose refresh token was refused.
    pub(crate) refused: usize,
    /// Responses sent.
    pub(crate) responded: usize,
}

/// A position in the sandbox's journal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JournalPosition(u64);

impl Scenario {
    /// A scenario with a new connection.
    pub(crate) fn new(runtime: &Arc<Runtime>, test_store: &TestStore, provider: TestProvider) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let scenario = Self {
            runtime: Arc::clone(runtime),
            test_store: test_store.clone(),
            sandbox: runtime.block_on(Sandbox::start()).unwrap(),
            provider,
            account: format!("acme-{}", COUNT.fetch_add(1, Ordering::Relaxed)),
        };
        scenario.connect();
        scenario
    }

    /// Connects the account, or reconnects it.
    pub(crate) fn connect(&self) {
        let config = self.config();
        let app = App::new(config.client_id, config.client_secret, config.redirect_uri);
        let store = Arc::clone(&self.test_store.store);
        self.runtime.block_on(async {
            match self.provider {
                TestProvider::Go1 => {
                    let client = go1::Client::builder(go1::Site::at(&config.url).unwrap(), app)
                        .clock(ClockFn::new(self.sandbox.go1().clock().into_fn()))
                        .build()
                        .unwrap();
                    let started = client.begin(&go1::Connect::new([go1::scope::USER_READ])).unwrap();
                    let callback = self.sandbox.go1().approve(&started.url).await.unwrap();
                    let token = client.finish(&started.pending, callback.as_str()).await.unwrap();
                    let connections = Connections::shared_builder(client, store).build();
                    connections.insert(&self.account, token).await.unwrap();
                }
                TestProvider::Gocd => {
                    let client = gocd::Client::builder(gocd::Site::at(&config.url).unwrap(), app)
                        .clock(ClockFn::new(self.sandbox.gocd().clock().into_fn()))
                        .build()
                        .unwrap();
                    let started = client.begin(&gocd::Connect::new()).unwrap();
                    let callback = self.sandbox.gocd().approve(&started.url).await.unwrap();
                    let token = client.finish(&started.pending, callback.as_str()).await.unwrap();
                    let connections = Connections::shared_builder(client, store).build();
                    connections.insert(&self.account, token).await.unwrap();
                }
            }
        });
    }

    /// Configuration of a worker with default times.
    pub(crate) fn config(&self) -> WorkerConfig {
        let manifest = self.sandbox.manifest();
        let provider = &manifest.providers[self.provider.name()];
        WorkerConfig {
            provider: self.provider,
            store: self.test_store.location.clone(),
            account: self.account.clone(),
            url: provider.url.clone(),
            client_id: provider.client_id.clone(),
            client_secret: provider.client_secret.clone(),
            redirect_uri: provider.redirect_uris[0].clone(),
            control_url: manifest.control.url,
            control_key: manifest.control.key,
            short_times: None,
            interruption: None,
            threads: 1,
        }
    }

    /// Configuration of a worker with short times, optionally interrupted.
    pub(crate) fn short_lived_config(&self, interruption: Option<Interruption>) -> WorkerConfig {
        let short_times =
            ShortTimes { lease: Duration::from_millis(400), token_deadline: Duration::from_millis(1_500) };
        WorkerConfig { short_times: Some(short_times), interruption, ..self.config() }
    }

    /// Lifetime of access tokens.
    fn lifetime(&self) -> Duration {
        match self.provider {
            TestProvider::Go1 => Duration::from_secs(12 * 3_600),
            TestProvider::Gocd => Duration::from_secs(90 * 86_400),
        }
    }

    fn clock(&self) -> SandboxClock {
        match self.provider {
            TestProvider::Go1 => self.sandbox.go1().clock(),
            TestProvider::Gocd => self.sandbox.gocd().clock(),
        }
    }

    /// 30 s before the time after [`expire`](Self::expire) or [`fall_due`](Self::fall_due).
    pub(crate) fn just_before(&self, expired: bool) -> DateTime<Utc> {
        let step = if expired { self.to_expiry() } else { self.to_due() };
        self.clock().now() + step - Duration::from_secs(30)
    }

    fn to_expiry(&self) -> Duration {
        self.lifetime() + Duration::from_secs(60)
    }

    /// Until 200 s before expiry: within the refresh margin of 300 s.
    pub(crate) fn to_due(&self) -> Duration {
        self.lifetime() - Duration::from_secs(200)
    }

    /// Advances the clock beyond the token's expiry.
    pub(crate) fn expire(&self) {
        self.clock().advance(self.to_expiry());
    }

    /// Advances the clock until the token is due, but still valid.
    pub(crate) fn fall_due(&self) {
        self.clock().advance(self.to_due());
    }

    /// Injects a fault into the next token call.
    pub(crate) fn next_token_call(&self, fault: Fault) {
        match self.provider {
            TestProvider::Go1 => self.sandbox.go1().next_token_call(fault),
            TestProvider::Gocd => self.sandbox.gocd().next_token_call(fault),
        }
    }

    fn journal(&self) -> Journal {
        match self.provider {
            TestProvider::Go1 => self.sandbox.go1().journal(),
            TestProvider::Gocd => self.sandbox.gocd().journal(),
        }
    }

    /// Number of all calls to the token endpoint.
    pub(crate) fn token_calls(&self) -> u64 {
        self.journal().token_calls()
    }

    pub(crate) fn journal_position(&self) -> JournalPosition {
        JournalPosition(self.journal().entries().last().map_or(0, |entry| entry.number))
    }

    /// Refresh calls since a position.
    pub(crate) fn calls(&self, since: JournalPosition) -> Calls {
        let journal = self.journal();
        let entries = journal.entries();
        assert!(
            entries.first().is_none_or(|oldest| oldest.number <= since.0 + 1),
            "the journal has dropped entries since this position"
        );
        let mut calls = Calls::default();
        for call in entries.iter().filter(|entry| entry.number > since.0 && entry.kind == RequestKind::Token)
        {
            let grant = call.form.iter().find(|parameter| parameter.name == "grant_type");
            if !grant.is_some_and(|grant| grant.value.starts_with("refresh")) {
                continue;
            }
            let noted = |word: &str| call.notes.iter().any(|note| note.contains(word));
            calls.sent += 1;
            calls.spent += usize::from(noted("issued for"));
            calls.refused += usize::from(noted("refused: "));
            calls.responded += usize::from(call.status.is_some());
        }
        calls
    }

    pub(crate) fn record(&self) -> Record {
        let key = Key::new(self.provider.name(), &self.account);
        self.runtime.block_on(self.test_store.store.load(&key)).unwrap().unwrap()
    }
}
