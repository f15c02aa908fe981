//! Helpers for unit tests.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use oauth_core::async_trait;
use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, MemoryStore, Record, RecordState, RecordSummary,
    SaveOutcome, StoreError, StoreErrorKind, TokenStore,
};

/// An HTTP client for plain http on loopback.
pub(crate) fn http() -> reqwest::Client {
    // reqwest requires a provider even for plain http. Another test may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// A store that fails on demand.
#[derive(Debug)]
pub(crate) struct FlakyStore {
    inner: MemoryStore,
    /// Number of `list` calls that succeed before all fail.
    pub(crate) lists_left: AtomicUsize,
    /// Number of `insert` calls that fail.
    pub(crate) inserts_to_fail: AtomicUsize,
}

impl FlakyStore {
    pub(crate) fn new() -> Self {
        Self {
            inner: MemoryStore::new(),
            lists_left: AtomicUsize::new(usize::MAX),
            inserts_to_fail: AtomicUsize::new(0),
        }
    }
}

/// Decrements the counter. Returns false at zero.
fn take_one(from: &AtomicUsize) -> bool {
    from.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

fn unavailable() -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, "gone")
}

#[async_trait]
impl TokenStore for FlakyStore {
    async fn list(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<RecordSummary>, StoreError> {
        if !take_one(&self.lists_left) {
            return Err(unavailable());
        }
        self.inner.list(provider, after, limit).await
    }

    async fn due(&self, query: &DueQuery, limit: usize) -> Result<Vec<RecordSummary>, StoreError> {
        self.inner.due(query, limit).await
    }

    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.inner.load(key).await
    }

    async fn insert(&self, key: &Key, content: Content) -> Result<u64, StoreError> {
        if take_one(&self.inserts_to_fail) {
            return Err(unavailable());
        }
        self.inner.insert(key, content).await
    }

    async fn save(&self, key: &Key, from: u64, content: Content) -> Result<SaveOutcome, StoreError> {
        self.inner.save(key, from, content).await
    }

    async fn remove(&self, key: &Key) -> Result<bool, StoreError> {
        self.inner.remove(key).await
    }

    async fn acquire(
        &self,
        key: &Key,
        owner: &LeaseOwner,
        length: Duration,
    ) -> Result<AcquireOutcome, StoreError> {
        self.inner.acquire(key, owner, length).await
    }

    async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError> {
        self.inner.renew(key, fence, length).await
    }

    async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError> {
        self.inner.release(key, fence).await
    }

    async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
        self.inner.record_intent(key, fence, from).await
    }

    async fn set_state(
        &self,
        key: &Key,
        fence: u64,
        from: u64,
        state: RecordState,
    ) -> Result<bool, StoreError> {
        self.inner.set_state(key, fence, from, state).await
    }

    async fn claim_once(&self, name: &str, keep: Duration) -> Result<bool, StoreError> {
        self.inner.claim_once(name, keep).await
    }
}
