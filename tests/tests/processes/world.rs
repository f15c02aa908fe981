//! One connection: a sandbox of its own, and an account in a store.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::connections::Connections;
use oauth_core::store::{Key, Record, TokenStore};
use oauth_core::{App, Clock};
use oauth_sandbox::{Fault, Journal, RequestKind, Sandbox, SandboxClock};
use tokio::runtime::Runtime;

use crate::protocol::{Card, End, Haste, Place, Which};

#[derive(Debug)]
struct Time(SandboxClock);

impl Clock for Time {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }
}

/// A store as the tests see it.
#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    pub(crate) place: Place,
    pub(crate) store: Arc<dyn TokenStore>,
}

pub(crate) struct World {
    runtime: Arc<Runtime>,
    shelf: Shelf,
    sandbox: Sandbox,
    which: Which,
    account: String,
}

/// What the token endpoint saw of refreshes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Calls {
    /// How often a refresh token was sent.
    pub(crate) sent: usize,
    /// How often one was spent.
    pub(crate) spent: usize,
    /// How often one was refused.
    pub(crate) refused: usize,
    /// How many answers have left.
    pub(crate) answered: usize,
}

/// A point in a journal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark(u64);

impl World {
    /// A world in which a person has connected.
    pub(crate) fn new(runtime: &Arc<Runtime>, shelf: &Shelf, which: Which) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let world = Self {
            runtime: Arc::clone(runtime),
            shelf: shelf.clone(),
            sandbox: runtime.block_on(Sandbox::start()).unwrap(),
            which,
            account: format!("acme-{}", COUNT.fetch_add(1, Ordering::Relaxed)),
        };
        world.connect();
        world
    }

    /// A person connects, or connects anew.
    pub(crate) fn connect(&self) {
        let card = self.card();
        let app = App::new(card.client_id, card.client_secret, card.redirect_uri.parse().unwrap());
        let store = Arc::clone(&self.shelf.store);
        self.runtime.block_on(async {
            match self.which {
                Which::Go1 => {
                    let client = go1::Client::builder(go1::Site::at(&card.url).unwrap(), app)
                        .clock(Time(self.sandbox.go1().clock()))
                        .build()
                        .unwrap();
                    let started = client.begin(&go1::Connect::new([go1::scope::USER_READ])).unwrap();
                    let callback = self.sandbox.go1().approve(&started.url).await.unwrap();
                    let token = client.finish(&started.pending, callback.as_str()).await.unwrap();
                    let connections = Connections::shared_builder(client, store).build();
                    connections.insert(&self.account, token).await.unwrap();
                }
                Which::Gocd => {
                    let client = gocd::Client::builder(gocd::Site::at(&card.url).unwrap(), app)
                        .clock(Time(self.sandbox.gocd().clock()))
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

    /// What a worker is told that lives in this world.
    pub(crate) fn card(&self) -> Card {
        let typed = self.sandbox.manifest();
        let provider = &typed.providers[self.which.name()];
        Card {
            provider: self.which,
            place: self.shelf.place.clone(),
            account: self.account.clone(),
            url: provider.url.clone(),
            client_id: provider.client_id.clone(),
            client_secret: provider.client_secret.clone(),
            redirect_uri: provider.redirect_uris[0].clone(),
            control_url: typed.control.url,
            control_key: typed.control.key,
            haste: None,
            end: None,
            threads: 1,
        }
    }

    /// The same, for a world in which processes die.
    pub(crate) fn hasty(&self, end: Option<End>) -> Card {
        let haste = Haste { lease: Duration::from_millis(400), token_deadline: Duration::from_millis(1_500) };
        Card { haste: Some(haste), end, ..self.card() }
    }

    /// How long access tokens live.
    fn lifetime(&self) -> Duration {
        match self.which {
            Which::Go1 => Duration::from_secs(12 * 3_600),
            Which::Gocd => Duration::from_secs(90 * 86_400),
        }
    }

    fn clock(&self) -> SandboxClock {
        match self.which {
            Which::Go1 => self.sandbox.go1().clock(),
            Which::Gocd => self.sandbox.gocd().clock(),
        }
    }

    /// A little before what the clock will say after [`expire`](Self::expire) or [`fall_due`](Self::fall_due).
    pub(crate) fn soon(&self, expired: bool) -> DateTime<Utc> {
        let ahead = if expired { self.to_expiry() } else { self.to_due() };
        self.clock().now() + ahead - Duration::from_secs(30)
    }

    fn to_expiry(&self) -> Duration {
        self.lifetime() + Duration::from_secs(60)
    }

    /// Within the margin of 300 s, and far enough from the end.
    pub(crate) fn to_due(&self) -> Duration {
        self.lifetime() - Duration::from_secs(200)
    }

    /// Lets the token expire.
    pub(crate) fn expire(&self) {
        self.clock().advance(self.to_expiry());
    }

    /// Lets the token fall due, but not expire.
    pub(crate) fn fall_due(&self) {
        self.clock().advance(self.to_due());
    }

    /// What the next token call meets.
    pub(crate) fn next_token_call(&self, fault: Fault) {
        match self.which {
            Which::Go1 => self.sandbox.go1().next_token_call(fault),
            Which::Gocd => self.sandbox.gocd().next_token_call(fault),
        }
    }

    fn journal(&self) -> Journal {
        match self.which {
            Which::Go1 => self.sandbox.go1().journal(),
            Which::Gocd => self.sandbox.gocd().journal(),
        }
    }

    /// All calls that the token endpoint has seen.
    pub(crate) fn token_calls(&self) -> u64 {
        self.journal().token_calls()
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark(self.journal().entries().last().map_or(0, |entry| entry.number))
    }

    /// What the token endpoint saw since then.
    pub(crate) fn calls(&self, since: Mark) -> Calls {
        let journal = self.journal();
        let entries = journal.entries();
        assert!(entries.first().is_none_or(|oldest| oldest.number <= since.0 + 1), "too long ago");
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
            calls.answered += usize::from(call.status.is_some());
        }
        calls
    }

    pub(crate) fn record(&self) -> Record {
        let key = Key::new(self.which.name(), &self.account);
        self.runtime.block_on(self.shelf.store.load(&key)).unwrap().unwrap()
    }
}
