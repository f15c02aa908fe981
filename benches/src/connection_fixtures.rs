//! Connections for benchmarks: many in memory, or one whose refresh is blocked.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use go1::{Client, Go1, Token};
use oauth_core::connections::{Connection, Connections};
use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, MemoryStore, Record, RecordState, RecordSummary,
    SaveOutcome, StoreError, StoreErrorKind, TokenStore,
};
use oauth_core::{Call, Clock, Transport, TransportError, async_trait};
use tokio::sync::Semaphore;

use crate::fixed_response::{self, FixedResponse};
use crate::go1_fixtures;

/// A provider in memory that responds only when released.
#[derive(Debug)]
pub struct Gate {
    open: Semaphore,
    calls_started: Semaphore,
    calls: AtomicUsize,
    responded_at: Mutex<Option<Instant>>,
}

/// The system clock with an offset in seconds.
#[derive(Debug)]
struct OffsetClock(Arc<AtomicUsize>);

impl Clock for OffsetClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + Duration::from_secs(self.0.load(Ordering::Relaxed) as u64)
    }
}

#[derive(Debug)]
struct GateTransport(Arc<Gate>);

#[async_trait]
impl Transport for GateTransport {
    async fn call(&self, _: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
        let gate = &self.0;
        gate.calls.fetch_add(1, Ordering::Relaxed);
        gate.calls_started.add_permits(1);
        gate.open.acquire().await.expect("never closed").forget();
        *gate.responded_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        Ok(fixed_response::response())
    }
}

impl Gate {
    /// A closed gate, and a connection that uses it and whose token has expired.
    pub async fn with_expired() -> (Arc<Self>, Connection<Go1>) {
        let gate = Arc::new(Self {
            open: Semaphore::new(1),
            calls_started: Semaphore::new(0),
            calls: AtomicUsize::new(0),
            responded_at: Mutex::new(None),
        });
        let seconds = Arc::new(AtomicUsize::new(0));
        let client = Client::builder(go1_fixtures::site("http://127.0.0.1:1"), go1_fixtures::app())
            .transport(GateTransport(Arc::clone(&gate)))
            .clock(OffsetClock(Arc::clone(&seconds)))
            .build()
            .expect("a client");
        let (pending, callback) = go1_fixtures::attempt(&client);
        let token = client.finish(&pending, &callback).await.expect("a token");
        gate.wait_for_call().await;
        let connections = Connections::new(client, MemoryStore::new());
        let acme = connections.insert("acme", token).await.expect("a connection");
        seconds.store(13 * 3600, Ordering::Relaxed);
        (gate, acme)
    }

    /// Waits for the next call.
    pub async fn wait_for_call(&self) {
        self.calls_started.acquire().await.expect("never closed").forget();
    }

    /// Releases one response.
    pub fn open(&self) {
        self.open.add_permits(1);
    }

    /// Time of the last response.
    pub fn responded_at(&self) -> Instant {
        self.responded_at.lock().unwrap_or_else(PoisonError::into_inner).expect("there was a response")
    }

    /// Number of calls so far.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

/// A store that discards everything, so that only the memory of connections is counted.
#[derive(Debug)]
struct DiscardingStore;

fn unsupported<T>() -> Result<T, StoreError> {
    Err(StoreError::new(StoreErrorKind::Other, "only inserts are supported"))
}

#[async_trait]
impl TokenStore for DiscardingStore {
    async fn load(&self, _: &Key) -> Result<Option<Record>, StoreError> {
        unsupported()
    }

    async fn insert(&self, _: &Key, _: Content) -> Result<u64, StoreError> {
        Ok(1)
    }

    async fn save(&self, _: &Key, _: u64, _: Content) -> Result<SaveOutcome, StoreError> {
        unsupported()
    }

    async fn remove(&self, _: &Key) -> Result<bool, StoreError> {
        unsupported()
    }

    async fn acquire(&self, _: &Key, _: &LeaseOwner, _: Duration) -> Result<AcquireOutcome, StoreError> {
        unsupported()
    }

    async fn renew(&self, _: &Key, _: u64, _: Duration) -> Result<bool, StoreError> {
        unsupported()
    }

    async fn release(&self, _: &Key, _: u64) -> Result<(), StoreError> {
        unsupported()
    }

    async fn record_intent(&self, _: &Key, _: u64, _: u64) -> Result<bool, StoreError> {
        unsupported()
    }

    async fn set_state(&self, _: &Key, _: u64, _: u64, _: RecordState) -> Result<bool, StoreError> {
        unsupported()
    }

    async fn list(&self, _: &str, _: Option<&str>, _: usize) -> Result<Vec<RecordSummary>, StoreError> {
        unsupported()
    }

    async fn due(&self, _: &DueQuery, _: usize) -> Result<Vec<RecordSummary>, StoreError> {
        unsupported()
    }
}

fn client() -> Client {
    Client::builder(go1_fixtures::site("http://127.0.0.1:1"), go1_fixtures::app())
        .transport(FixedResponse)
        .build()
        .expect("a client")
}

async fn first_token(client: &Client) -> Token {
    let (pending, callback) = go1_fixtures::attempt(client);
    client.finish(&pending, &callback).await.expect("a token")
}

/// Name of the account with this number.
pub fn account(number: usize) -> String {
    format!("customer-{number:07}")
}

/// `count` live connections without a store.
pub async fn connections(count: usize) -> Connections<Go1> {
    let client = client();
    let token = first_token(&client).await;
    let connections = Connections::builder(client.clone(), DiscardingStore).cache_capacity(2 * count).build();
    for number in 0..count {
        let token = client.refresh(&token).await.expect("a token");
        connections.insert(&account(number), token).await.expect("a connection");
    }
    connections
}

/// Appends `count` tokens.
pub async fn tokens(count: usize, into: &mut Vec<Token>) {
    let client = client();
    let token = first_token(&client).await;
    for _ in 0..count {
        into.push(client.refresh(&token).await.expect("a token"));
    }
}
