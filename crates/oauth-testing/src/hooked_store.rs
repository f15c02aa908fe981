//! A store whose calls a test observes or fails.

use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use oauth_core::async_trait;
use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, Record, RecordState, RecordSummary, SaveOutcome,
    StoreError, TokenStore,
};

/// A call of [`TokenStore`].
#[allow(missing_docs)] // named after the methods
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreCall {
    Load,
    Insert,
    Save,
    Remove,
    Acquire,
    Renew,
    Release,
    RecordIntent,
    SetState,
    List,
    Due,
    ClaimOnce,
}

/// Runs around each call of a [`HookedStore`].
pub trait StoreHook: Debug + Send + Sync + 'static {
    /// Runs before the call. After an error, the store is not called.
    ///
    /// # Errors
    /// The error to return to the caller.
    fn before(&self, call: StoreCall) -> Result<(), StoreError> {
        let _ = call;
        Ok(())
    }

    /// Runs after a call that succeeded and was not declined: a lease was granted, a token accepted.
    fn after(&self, call: StoreCall) {
        let _ = call;
    }
}

/// Runs a hook around each call of a store.
#[derive(Debug)]
pub struct HookedStore<H> {
    inner: Arc<dyn TokenStore>,
    hook: H,
}

impl<H: StoreHook> HookedStore<H> {
    /// Wraps a store.
    pub fn new(inner: Arc<dyn TokenStore>, hook: H) -> Self {
        Self { inner, hook }
    }

    /// The hook.
    pub fn hook(&self) -> &H {
        &self.hook
    }

    async fn run<T>(
        &self,
        call: StoreCall,
        work: impl Future<Output = Result<T, StoreError>> + Send,
        took_effect: impl FnOnce(&T) -> bool + Send,
    ) -> Result<T, StoreError> {
        self.hook.before(call)?;
        let result = work.await?;
        if took_effect(&result) {
            self.hook.after(call);
        }
        Ok(result)
    }
}

#[async_trait]
impl<H: StoreHook> TokenStore for HookedStore<H> {
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.run(StoreCall::Load, self.inner.load(key), |_| true).await
    }

    async fn insert(&self, key: &Key, content: Content) -> Result<u64, StoreError> {
        self.run(StoreCall::Insert, self.inner.insert(key, content), |_| true).await
    }

    async fn save(&self, key: &Key, from: u64, content: Content) -> Result<SaveOutcome, StoreError> {
        let accepted = |outcome: &SaveOutcome| matches!(outcome, SaveOutcome::Accepted { .. });
        self.run(StoreCall::Save, self.inner.save(key, from, content), accepted).await
    }

    async fn remove(&self, key: &Key) -> Result<bool, StoreError> {
        self.run(StoreCall::Remove, self.inner.remove(key), |removed| *removed).await
    }

    async fn acquire(
        &self,
        key: &Key,
        owner: &LeaseOwner,
        length: Duration,
    ) -> Result<AcquireOutcome, StoreError> {
        let granted = |outcome: &AcquireOutcome| matches!(outcome, AcquireOutcome::Granted { .. });
        self.run(StoreCall::Acquire, self.inner.acquire(key, owner, length), granted).await
    }

    async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError> {
        self.run(StoreCall::Renew, self.inner.renew(key, fence, length), |renewed| *renewed).await
    }

    async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError> {
        self.run(StoreCall::Release, self.inner.release(key, fence), |()| true).await
    }

    async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
        let work = self.inner.record_intent(key, fence, from);
        self.run(StoreCall::RecordIntent, work, |recorded| *recorded).await
    }

    async fn set_state(
        &self,
        key: &Key,
        fence: u64,
        from: u64,
        state: RecordState,
    ) -> Result<bool, StoreError> {
        let work = self.inner.set_state(key, fence, from, state);
        self.run(StoreCall::SetState, work, |changed| *changed).await
    }

    async fn list(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<RecordSummary>, StoreError> {
        self.run(StoreCall::List, self.inner.list(provider, after, limit), |_| true).await
    }

    async fn due(&self, query: &DueQuery, limit: usize) -> Result<Vec<RecordSummary>, StoreError> {
        self.run(StoreCall::Due, self.inner.due(query, limit), |_| true).await
    }

    async fn claim_once(&self, name: &str, keep: Duration) -> Result<bool, StoreError> {
        self.run(StoreCall::ClaimOnce, self.inner.claim_once(name, keep), |claimed| *claimed).await
    }
}
