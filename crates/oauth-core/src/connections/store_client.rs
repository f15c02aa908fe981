//! Store with a time limit for every operation.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::events::TARGET;
use crate::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, Record, RecordState, RecordSummary, SaveOutcome,
    StoreError, StoreErrorKind, TokenStore,
};
use crate::util::deadline::within;

#[derive(Debug)]
pub(super) struct StoreClient {
    store: Arc<dyn TokenStore>,
    deadline: Duration,
    owner: LeaseOwner,
    lease: Duration,
    outage: Mutex<Outage>,
}

/// The latest outage of the store.
#[derive(Debug, Default)]
struct Outage {
    /// The first failure since the last success.
    began_at: Option<Instant>,
    ended_at: Option<Instant>,
}

/// A single failure is no outage.
const SHORTEST_OUTAGE: Duration = Duration::from_secs(30);

impl StoreClient {
    pub(super) fn new(store: Arc<dyn TokenStore>, deadline: Duration, lease: Duration) -> Self {
        // For messages: the number distinguishes processes and their restarts.
        let owner = LeaseOwner::new(format!("{}-{:08x}", std::process::id(), fastrand::u32(..)));
        Self { store, deadline, owner, lease, outage: Mutex::default() }
    }

    async fn within<T>(
        &self,
        operation: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let result = within(self.deadline, operation).await.unwrap_or_else(|_| {
            let message = format!("it did not respond within {:?}", self.deadline);
            Err(StoreError::new(StoreErrorKind::Unavailable, message))
        });
        let now = Instant::now();
        let mut outage = self.outage.lock().unwrap_or_else(PoisonError::into_inner);
        match &result {
            Ok(_) => {
                if outage.began_at.take().is_some_and(|began_at| now - began_at >= SHORTEST_OUTAGE) {
                    outage.ended_at = Some(now);
                }
            }
            Err(error) if error.kind() == StoreErrorKind::Unavailable => {
                outage.began_at.get_or_insert(now);
            }
            Err(_) => {}
        }
        drop(outage);
        result
    }

    /// When the latest outage that this process saw was over.
    pub(super) fn outage_ended_at(&self) -> Option<Instant> {
        self.outage.lock().unwrap_or_else(PoisonError::into_inner).ended_at
    }

    pub(super) async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.within(self.store.load(key)).await
    }

    pub(super) async fn insert(&self, key: &Key, content: Content) -> Result<u64, StoreError> {
        self.within(self.store.insert(key, content)).await
    }

    pub(super) async fn save(
        &self,
        key: &Key,
        from: u64,
        content: Content,
    ) -> Result<SaveOutcome, StoreError> {
        self.within(self.store.save(key, from, content)).await
    }

    pub(super) async fn remove(&self, key: &Key) -> Result<bool, StoreError> {
        self.within(self.store.remove(key)).await
    }

    pub(super) async fn acquire(&self, key: &Key) -> Result<AcquireOutcome, StoreError> {
        self.within(self.store.acquire(key, &self.owner, self.lease)).await
    }

    pub(super) async fn renew(&self, key: &Key, fence: u64) -> Result<bool, StoreError> {
        self.within(self.store.renew(key, fence, self.lease)).await
    }

    /// Releases a lease. If that fails, it expires.
    pub(super) async fn release(&self, key: &Key, fence: u64) {
        if let Err(error) = self.within(self.store.release(key, fence)).await {
            tracing::debug!(target: TARGET, fence, "{key}: the lease was not released: {error}");
        }
    }

    pub(super) async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
        self.within(self.store.record_intent(key, fence, from)).await
    }

    pub(super) async fn set_state(
        &self,
        key: &Key,
        fence: u64,
        from: u64,
        state: RecordState,
    ) -> Result<bool, StoreError> {
        self.within(self.store.set_state(key, fence, from, state)).await
    }

    pub(super) async fn claim_once(&self, name: &str, keep: Duration) -> Result<bool, StoreError> {
        self.within(self.store.claim_once(name, keep)).await
    }

    pub(super) async fn list(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<RecordSummary>, StoreError> {
        self.within(self.store.list(provider, after, limit)).await
    }

    pub(super) async fn due(&self, query: &DueQuery, limit: usize) -> Result<Vec<RecordSummary>, StoreError> {
        self.within(self.store.due(query, limit)).await
    }
}
