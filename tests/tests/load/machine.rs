//! One client machine: connections in memory, a periodic sweep, and users who make API calls.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use go1::api::Me;
use go1::{Go1, scope};
use oauth_core::chrono::{DateTime, TimeDelta, Utc};
use oauth_core::connections::{Connections, Sweep};
use oauth_core::{App, Clock, Limits};
use oauth_store::{EncryptionKey, Keyring, Sqlite};
use tokio::task::JoinSet;

use crate::provider::ClientConfig;
use crate::report::ClientCounts;

/// Interval between two sweeps.
const SWEEP_INTERVAL: Duration = Duration::from_millis(200);
/// Number of concurrent users.
const USERS: usize = 4;

/// The clock of client and provider: the system's time plus an offset. Clones share the offset.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedClock(Arc<AtomicI64>);

impl SharedClock {
    pub(crate) fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds.cast_signed(), Ordering::SeqCst);
    }
}

impl Clock for SharedClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::seconds(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) fn account(number: usize) -> String {
    format!("customer-{number}")
}

pub(crate) struct ClientMachine {
    pub(crate) connections: Connections<Go1>,
    pub(crate) store: Sqlite,
    counts: Arc<ClientCounts>,
    stopped: Arc<AtomicBool>,
    users: JoinSet<()>,
    sweeper: JoinSet<()>,
}

impl ClientMachine {
    pub(crate) async fn start(
        config: &ClientConfig,
        time: &SharedClock,
        deadline: Duration,
        (file, key): (&Path, &EncryptionKey),
        counts: &Arc<ClientCounts>,
    ) -> Self {
        let redirect_uri = "http://127.0.0.1:8765/callback".parse().unwrap();
        let app = App::new(&*config.client_id, &*config.client_secret, redirect_uri);
        let mut limits = Limits::default();
        (limits.token_deadline, limits.api_deadline) = (deadline, deadline);
        let client = go1::Client::builder(go1::Site::at(&config.url).unwrap(), app)
            .clock(time.clone())
            .limits(limits)
            .build()
            .unwrap();
        let store = Sqlite::open(file, Keyring::new(key.clone())).await.unwrap();
        let listener = Arc::clone(counts);
        let connections = Connections::builder(client, store.clone())
            .on_event(move |event| listener.record_event(event))
            .build();
        let (users, sweeper) = (JoinSet::new(), JoinSet::new());
        Self { connections, store, counts: Arc::clone(counts), stopped: Arc::default(), users, sweeper }
    }

    /// Connects an account by the password grant.
    pub(crate) async fn connect(&self, config: &ClientConfig, number: usize) {
        let password =
            go1::PortalPassword::new(&config.portal, &config.email, &*config.password, [scope::USER_READ])
                .unwrap();
        let token = self.connections.client().password(password).await.unwrap();
        self.connections.insert(&account(number), token).await.unwrap();
    }

    /// Starts the sweep and the users.
    pub(crate) fn start_users(&mut self, customers: usize) {
        let connections = self.connections.clone();
        let sweep = Sweep::due().max_concurrent(32).spread(Duration::ZERO).page(200);
        self.sweeper.spawn(async move { connections.run_periodically(sweep, SWEEP_INTERVAL).await });
        for _ in 0..USERS {
            let (connections, counts) = (self.connections.clone(), Arc::clone(&self.counts));
            let stopped = Arc::clone(&self.stopped);
            self.users.spawn(async move {
                while !stopped.load(Ordering::SeqCst) {
                    let account = account(fastrand::usize(..customers));
                    let outcome = connections.get(&account).send(&Me).await.map(drop);
                    counts.record_call(&account, outcome);
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            });
        }
    }

    /// Requests headers of these accounts three times each, concurrently.
    pub(crate) fn call_concurrently(&mut self, numbers: impl Iterator<Item = usize>) {
        for number in numbers {
            for _ in 0..3 {
                let (acme, counts) = (self.connections.get(&account(number)), Arc::clone(&self.counts));
                self.users.spawn(async move {
                    let outcome = acme.headers().await.map(drop);
                    counts.record_call(acme.account(), outcome);
                });
            }
        }
    }

    /// Stops the users, drains the connections and closes the store.
    pub(crate) async fn shut_down(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        while let Some(ended) = self.users.join_next().await {
            ended.unwrap();
        }
        self.connections.drain().await;
        while let Some(ended) = self.sweeper.join_next().await {
            ended.unwrap();
        }
        assert_eq!(self.connections.unsaved(), [""; 0]);
        self.store.close().await;
    }
}
