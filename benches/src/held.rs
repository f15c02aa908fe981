//! Connections that are held in memory, and tasks that are held up.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use go1::{Client, Go1, Token};
use oauth_core::connections::{Connection, Connections};
use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, MemoryStore, LeaseOwner, Record, RecordState, SaveOutcome, StoreError, StoreErrorKind,
    RecordSummary, TokenStore,
};
use oauth_core::{Call, Clock, Transport, TransportError, async_trait};
use tokio::sync::Semaphore;

use crate::canned::{self, Canned};
use crate::ours;

/// A provider in memory that answers when it is let.
#[derive(Debug)]
pub struct Gate {
    open: Semaphore,
    asked: Semaphore,
    calls: AtomicUsize,
    replied: Mutex<Option<Instant>>,
}

/// The wall clock, and more.
#[derive(Debug)]
struct Later(Arc<AtomicUsize>);

impl Clock for Later {
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + Duration::from_secs(self.0.load(Ordering::Relaxed) as u64)
    }
}

#[derive(Debug)]
struct Behind(Arc<Gate>);

#[async_trait]
impl Transport for Behind {
    async fn call(&self, _: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
        let gate = &self.0;
        gate.calls.fetch_add(1, Ordering::Relaxed);
        gate.asked.add_permits(1);
        gate.open.acquire().await.expect("it is never closed").forget();
        *gate.replied.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        Ok(canned::reply())
    }
}

impl Gate {
    /// A gate that is shut, and a connection behind it whose token has expired.
    pub async fn with_expired() -> (Arc<Self>, Connection<Go1>) {
        let gate = Arc::new(Self {
            open: Semaphore::new(1),
            asked: Semaphore::new(0),
            calls: AtomicUsize::new(0),
            replied: Mutex::new(None),
        });
        let seconds = Arc::new(AtomicUsize::new(0));
        let client = Client::builder(ours::site("http://127.0.0.1:1"), ours::app())
            .transport(Behind(Arc::clone(&gate)))
            .clock(Later(Arc::clone(&seconds)))
            .build()
            .expect("a client");
        let (pending, callback) = ours::attempt(&client);
        let token = client.finish(&pending, &callback).await.expect("a token");
        gate.asked().await;
        let connections = Connections::new(client, MemoryStore::new());
        let acme = connections.insert("acme", token).await.expect("a connection");
        seconds.store(13 * 3600, Ordering::Relaxed);
        (gate, acme)
    }

    /// Waits for the next call.
    pub async fn asked(&self) {
        self.asked.acquire().await.expect("it is never closed").forget();
    }

    /// Lets one reply through.
    pub fn open(&self) {
        self.open.add_permits(1);
    }

    /// When the last reply went through.
    pub fn replied(&self) -> Instant {
        self.replied.lock().unwrap_or_else(PoisonError::into_inner).expect("there was a reply")
    }

    /// How many calls there were.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

/// Takes everything and keeps nothing, so that only what connections themselves hold is counted.
#[derive(Debug)]
struct Elsewhere;

fn not_asked<T>() -> Result<T, StoreError> {
    Err(StoreError::new(StoreErrorKind::Other, "nothing but inserting was expected"))
}

#[async_trait]
impl TokenStore for Elsewhere {
    async fn load(&self, _: &Key) -> Result<Option<Record>, StoreError> {
        not_asked()
    }

    async fn insert(&self, _: &Key, _: Content) -> Result<u64, StoreError> {
        Ok(1)
    }

    async fn save(&self, _: &Key, _: u64, _: Content) -> Result<SaveOutcome, StoreError> {
        not_asked()
    }

    async fn remove(&self, _: &Key) -> Result<bool, StoreError> {
        not_asked()
    }

    async fn acquire(&self, _: &Key, _: &LeaseOwner, _: Duration) -> Result<AcquireOutcome, StoreError> {
        not_asked()
    }

    async fn renew(&self, _: &Key, _: u64, _: Duration) -> Result<bool, StoreError> {
        not_asked()
    }

    async fn release(&self, _: &Key, _: u64) -> Result<(), StoreError> {
        not_asked()
    }

    async fn record_intent(&self, _: &Key, _: u64, _: u64) -> Result<bool, StoreError> {
        not_asked()
    }

    async fn set_state(&self, _: &Key, _: u64, _: u64, _: RecordState) -> Result<bool, StoreError> {
        not_asked()
    }

    async fn list(&self, _: &str, _: Option<&str>, _: usize) -> Result<Vec<RecordSummary>, StoreError> {
        not_asked()
    }

    async fn due(&self, _: &DueQuery, _: usize) -> Result<Vec<RecordSummary>, StoreError> {
        not_asked()
    }
}

fn client() -> Client {
    Client::builder(ours::site("http://127.0.0.1:1"), ours::app())
        .transport(Canned)
        .build()
        .expect("a client")
}

async fn first(client: &Client) -> Token {
    let (pending, callback) = ours::attempt(client);
    client.finish(&pending, &callback).await.expect("a token")
}

/// What an account is called.
pub fn account(number: usize) -> String {
    format!("customer-{number:07}")
}

/// So many live connections, in memory only.
pub async fn connections(count: usize) -> Connections<Go1> {
    let client = client();
    let token = first(&client).await;
    let connections = Connections::builder(client.clone(), Elsewhere).cache_capacity(2 * count).build();
    for number in 0..count {
        let token = client.refresh(&token).await.expect("a token");
        connections.insert(&account(number), token).await.expect("a connection");
    }
    connections
}

/// So many tokens.
pub async fn tokens(count: usize, into: &mut Vec<Token>) {
    let client = client();
    let token = first(&client).await;
    for _ in 0..count {
        into.push(client.refresh(&token).await.expect("a token"));
    }
}
