//! A store wrapper that limits sweeps to selected accounts.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use oauth_core::async_trait;
use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, Record, RecordState, RecordSummary, SaveOutcome,
    StoreError, TokenStore,
};

/// The accounts connected by one client. Clones share the set.
#[derive(Clone, Debug, Default)]
pub(crate) struct VisibleAccounts(Arc<RwLock<HashSet<String>>>);

impl VisibleAccounts {
    pub(crate) fn set(&self, accounts: HashSet<String>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = accounts;
    }

    fn retain(&self, found: Vec<RecordSummary>) -> Vec<RecordSummary> {
        let accounts = self.0.read().unwrap_or_else(PoisonError::into_inner);
        found.into_iter().filter(|one| accounts.contains(&one.account)).collect()
    }
}

/// Returns only selected accounts from `due`; every other call passes through.
///
/// One store may hold connections of several clients of a provider, and a sweep refreshes all that it finds.
#[derive(Debug)]
pub(crate) struct AccountFilter {
    store: Arc<dyn TokenStore>,
    accounts: VisibleAccounts,
}

impl AccountFilter {
    pub(crate) fn new(store: Arc<dyn TokenStore>, accounts: VisibleAccounts) -> Self {
        Self { store, accounts }
    }
}

#[async_trait]
impl TokenStore for AccountFilter {
    async fn due(&self, query: &DueQuery, limit: usize) -> Result<Vec<RecordSummary>, StoreError> {
        let mut page_size = limit;
        loop {
            let found = self.store.due(query, page_size).await?;
            let is_last = found.len() < page_size;
            let mut visible = self.accounts.retain(found);
            // A short page would mean "no more", so read further until the page is full.
            if is_last || visible.len() >= limit {
                visible.truncate(limit);
                return Ok(visible);
            }
            page_size = page_size.saturating_mul(2);
        }
    }

    async fn list(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<RecordSummary>, StoreError> {
        self.store.list(provider, after, limit).await
    }

    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.store.load(key).await
    }

    async fn insert(&self, key: &Key, content: Content) -> Result<u64, StoreError> {
        self.store.insert(key, content).await
    }

    async fn save(&self, key: &Key, from: u64, content: Content) -> Result<SaveOutcome, StoreError> {
        self.store.save(key, from, content).await
    }

    async fn remove(&self, key: &Key) -> Result<bool, StoreError> {
        self.store.remove(key).await
    }

    async fn acquire(
        &self,
        key: &Key,
        owner: &LeaseOwner,
        length: Duration,
    ) -> Result<AcquireOutcome, StoreError> {
        self.store.acquire(key, owner, length).await
    }

    async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError> {
        self.store.renew(key, fence, length).await
    }

    async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError> {
        self.store.release(key, fence).await
    }

    async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
        self.store.record_intent(key, fence, from).await
    }

    async fn set_state(
        &self,
        key: &Key,
        fence: u64,
        from: u64,
        state: RecordState,
    ) -> Result<bool, StoreError> {
        self.store.set_state(key, fence, from, state).await
    }

    async fn claim_once(&self, name: &str, keep: Duration) -> Result<bool, StoreError> {
        self.store.claim_once(name, keep).await
    }
}

#[cfg(test)]
mod tests {
    use oauth_core::chrono::{DateTime, TimeDelta, Utc};
    use oauth_core::store::MemoryStore;

    use super::*;

    #[tokio::test]
    async fn due_pages_past_hidden_accounts() {
        let store: Arc<dyn TokenStore> = Arc::new(MemoryStore::new());
        let at = |n: i64| DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(n);
        for n in 0..20 {
            let content = Content::new("x").due_at(Some(at(n)));
            store.insert(&Key::new("go1", format!("{n:02}")), content).await.unwrap();
        }
        let accounts = VisibleAccounts::default();
        let filter = AccountFilter::new(store, accounts.clone());
        let due = DueQuery::new("go1").due_by(at(100));
        let found = async |limit| -> Vec<String> {
            filter.due(&due, limit).await.unwrap().into_iter().map(|one| one.account).collect()
        };
        assert!(found(3).await.is_empty());
        accounts.set(["03", "11", "19"].map(str::to_owned).into());
        assert_eq!(found(2).await, ["03", "11"]);
        assert_eq!(found(3).await, ["03", "11", "19"]);
        assert_eq!(found(9).await, ["03", "11", "19"]);
    }
}
