//! A connection whose refresh is blocked, so that its callers wait.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use go1::{Client, Go1};
use oauth_core::connections::{Connection, Connections};
use oauth_core::store::MemoryStore;
use oauth_core::{Call, Clock, Transport, TransportError, async_trait};
use tokio::sync::Semaphore;

use crate::fixed_response;
use crate::go1_fixtures;

/// A provider in memory that responds only when released.
#[derive(Debug)]
pub struct Gate {
    open: Semaphore,
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
            calls: AtomicUsize::new(0),
            responded_at: Mutex::new(None),
        });
        let seconds = Arc::new(AtomicUsize::new(0));
        let client = Client::builder(go1_fixtures::site("http://127.0.0.1:1"), go1_fixtures::app())
            .transport(GateTransport(Arc::clone(&gate)))
            .clock(OffsetClock(Arc::clone(&seconds)))
            .build()
            .expect("a client");
        let token = go1_fixtures::token(&client).await;
        let connections = Connections::new(client, MemoryStore::new());
        let acme = connections.insert("acme", token).await.expect("a connection");
        seconds.store(13 * 3600, Ordering::Relaxed);
        (gate, acme)
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
