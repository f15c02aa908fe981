//! A store around another one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use go1::async_trait;
use go1::oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, Record, RecordState, RecordSummary, SaveOutcome,
    StoreError, TokenStore,
};

/// Counts the calls of a store.
#[derive(Debug)]
pub struct CountingStore<S> {
    inner: S,
    calls: AtomicUsize,
}

impl<S> CountingStore<S> {
    /// Wraps a store.
    pub fn new(inner: S) -> Self {
        Self { inner, calls: AtomicUsize::new(0) }
    }

    /// The number of calls so far.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    fn count(&self) -> &S {
        self.calls.fetch_add(1, Ordering::Relaxed);
        &self.inner
    }
}

#[async_trait]
impl<S: TokenStore> TokenStore for CountingStore<S> {
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.count().load(key).await
    }

    async fn insert(&self, key: &Key, content: Content) -> Result<u64, StoreError> {
        self.count().insert(key, content).await
    }

    async fn save(&self, key: &Key, from: u64, content: Content) -> Result<SaveOutcome, StoreError> {
        self.count().save(key, from, content).await
    }

    async fn remove(&self, key: &Key) -> Result<bool, StoreError> {
        self.count().remove(key).await
    }

    async fn acquire(
        &self,
        key: &Key,
        owner: &LeaseOwner,
        length: Duration,
    ) -> Result<AcquireOutcome, StoreError> {
        self.count().acquire(key, owner, length).await
    }

    async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError> {
        self.count().renew(key, fence, length).await
    }

    async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError> {
        self.count().release(key, fence).await
    }

    async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
        self.count().record_intent(key, fence, from).await
    }

    async fn set_state(
        &self,
        key: &Key,
        fence: u64,
        from: u64,
        state: RecordState,
    ) -> Result<bool, StoreError> {
        self.count().set_state(key, fence, from, state).await
    }

    async fn list(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<RecordSummary>, StoreError> {
        self.count().list(provider, after, limit).await
    }

    async fn due(&self, query: &DueQuery, limit: usize) -> Result<Vec<RecordSummary>, StoreError> {
        self.count().due(query, limit).await
    }

    async fn claim_once(&self, name: &str, keep: Duration) -> Result<bool, StoreError> {
        self.count().claim_once(name, keep).await
    }
}
