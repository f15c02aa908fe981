//! One machine of the client: connections in memory, a keeper, and people who use them.

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

use crate::provider::Card;
use crate::sums::Counts;

/// How often each keeper looks.
const EVERY: Duration = Duration::from_millis(200);
/// How many people use connections at once.
const PEOPLE: usize = 4;

/// The time of client and provider: the machine's, and what was added to both.
#[derive(Clone, Debug, Default)]
pub(crate) struct Time(Arc<AtomicI64>);

impl Time {
    pub(crate) fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds.cast_signed(), Ordering::SeqCst);
    }
}

impl Clock for Time {
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::seconds(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) fn account(number: usize) -> String {
    format!("customer-{number}")
}

pub(crate) struct Machine {
    pub(crate) connections: Connections<Go1>,
    pub(crate) store: Sqlite,
    counts: Arc<Counts>,
    resting: Arc<AtomicBool>,
    people: JoinSet<()>,
    keeper: JoinSet<()>,
}

impl Machine {
    pub(crate) async fn start(
        card: &Card,
        time: &Time,
        deadline: Duration,
        (file, key): (&Path, &EncryptionKey),
        counts: &Arc<Counts>,
    ) -> Self {
        let redirect_uri = "http://127.0.0.1:8765/callback".parse().unwrap();
        let app = App::new(&*card.client_id, &*card.client_secret, redirect_uri);
        let mut limits = Limits::default();
        (limits.token_deadline, limits.api_deadline) = (deadline, deadline);
        let client = go1::Client::builder(go1::Site::at(&card.url).unwrap(), app)
            .clock(time.clone())
            .limits(limits)
            .build()
            .unwrap();
        let store = Sqlite::open(file, Keyring::new(key.clone())).await.unwrap();
        let listening = Arc::clone(counts);
        let connections =
            Connections::builder(client, store.clone()).on_event(move |event| listening.hear(event)).build();
        let (people, keeper) = (JoinSet::new(), JoinSet::new());
        Self { connections, store, counts: Arc::clone(counts), resting: Arc::default(), people, keeper }
    }

    /// A customer connects: without a browser, by the grant that needs none.
    pub(crate) async fn connect(&self, card: &Card, number: usize) {
        let password =
            go1::PortalPassword::new(&card.portal, &card.email, &*card.password, [scope::USER_READ]).unwrap();
        let token = self.connections.client().password(password).await.unwrap();
        self.connections.insert(&account(number), token).await.unwrap();
    }

    /// From now on it keeps connections alive, and people use them.
    pub(crate) fn work(&mut self, customers: usize) {
        let connections = self.connections.clone();
        let sweep = Sweep::due().max_concurrent(32).spread(Duration::ZERO).page(200);
        self.keeper.spawn(async move { connections.run_periodically(sweep, EVERY).await });
        for _ in 0..PEOPLE {
            let (connections, counts) = (self.connections.clone(), Arc::clone(&self.counts));
            let resting = Arc::clone(&self.resting);
            self.people.spawn(async move {
                while !resting.load(Ordering::SeqCst) {
                    let account = account(fastrand::usize(..customers));
                    let outcome = connections.get(&account).send(&Me).await.map(drop);
                    counts.called(&account, outcome);
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            });
        }
    }

    /// Everybody wants some of these at the same moment.
    pub(crate) fn crowd(&mut self, numbers: impl Iterator<Item = usize>) {
        for number in numbers {
            for _ in 0..3 {
                let (acme, counts) = (self.connections.get(&account(number)), Arc::clone(&self.counts));
                self.people.spawn(async move {
                    let outcome = acme.headers().await.map(drop);
                    counts.called(acme.account(), outcome);
                });
            }
        }
    }

    /// People go home, and what is under way comes to its end.
    pub(crate) async fn rest(&mut self) {
        self.resting.store(true, Ordering::SeqCst);
        while let Some(ended) = self.people.join_next().await {
            ended.unwrap();
        }
        self.connections.drain().await;
        while let Some(ended) = self.keeper.join_next().await {
            ended.unwrap();
        }
        assert_eq!(self.connections.unsaved(), [""; 0]);
        self.store.close().await;
    }
}
