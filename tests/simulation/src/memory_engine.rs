//! The memory store with backups and damaged records, as a database has them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, MemoryStore, Record, RecordState, RecordSummary,
    SaveOutcome, StoreError, StoreErrorKind, TokenStore,
};

use crate::simulated_store::{Engine, PROVIDER, finish};
use crate::simulation_state::SimulationClock;

#[derive(Debug)]
pub(crate) struct MemoryEngine {
    clock: SimulationClock,
    content: Mutex<EngineContent>,
}

#[derive(Debug)]
struct EngineContent {
    store: MemoryStore,
    damaged: BTreeSet<Key>,
    fences: BTreeMap<Key, u64>,
    backup: Option<Vec<SavedRecord>>,
}

/// Record of a backup.
#[derive(Clone, Debug)]
struct SavedRecord {
    key: Key,
    record: Record,
    fence: u64,
    is_damaged: bool,
    saved_at: u64,
}

impl MemoryEngine {
    pub(crate) fn new(clock: &SimulationClock) -> Self {
        let store = MemoryStore::with_clock(clock.clone());
        let (damaged, fences, backup) = <_>::default();
        let content = Mutex::new(EngineContent { store, damaged, fences, backup });
        Self { clock: clock.clone(), content }
    }

    fn content(&self) -> MutexGuard<'_, EngineContent> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a record into a new store, with the same numbers and the same time of its intent.
    fn put(&self, store: &MemoryStore, saved: &SavedRecord) -> Result<(), StoreError> {
        let SavedRecord { key, record, fence, saved_at, .. } = saved;
        let _ = finish(store.insert(key, record.content.clone()))?;
        if record.generation > 1 {
            let content = record.content.clone().replaced_generation(record.generation - 1);
            let _ = finish(store.save(key, 1, content))?;
        }
        let (now, lease) = (self.clock.0.load(Ordering::Relaxed), Duration::from_secs(1));
        let mut granted = 1;
        while granted < *fence {
            let AcquireOutcome::Granted { fence, .. } =
                finish(store.acquire(key, &LeaseOwner::new("backup"), lease))?
            else {
                break;
            };
            granted = fence;
            let intent = record.intent.filter(|intent| intent.fence == fence);
            if let Some(intent) = intent {
                let age = u64::try_from(intent.age.as_millis()).unwrap_or_default();
                self.clock.0.store(saved_at - age, Ordering::Relaxed);
                let _ = finish(store.record_intent(key, fence, record.generation))?;
                self.clock.0.store(now, Ordering::Relaxed);
            } else if record.state != RecordState::Active && granted == saved.fence {
                let _ = finish(store.set_state(key, fence, record.generation, record.state))?;
            }
            finish(store.release(key, fence))?;
        }
        Ok(())
    }
}

impl Engine for MemoryEngine {
    fn store(&self) -> &dyn TokenStore {
        self
    }

    fn back_up(&self) {
        let mut content = self.content();
        let all = finish(content.store.list(PROVIDER, None, usize::MAX)).unwrap_or_default();
        let saved = all.into_iter().filter_map(|one| {
            let key = Key::new(PROVIDER, one.account);
            let record = finish(content.store.load(&key)).ok().flatten()?;
            let fence = content.fences.get(&key).copied().unwrap_or_default();
            let is_damaged = content.damaged.contains(&key);
            let saved_at = self.clock.0.load(Ordering::Relaxed);
            Some(SavedRecord { key, record, fence, is_damaged, saved_at })
        });
        content.backup = Some(saved.collect());
    }

    fn restore(&self) {
        let mut content = self.content();
        let Some(saved) = content.backup.clone() else { return };
        let store = MemoryStore::with_clock(self.clock.clone());
        for saved in &saved {
            self.put(&store, saved).expect("an operation of the memory store");
        }
        content.store = store;
        content.fences = saved.iter().map(|one| (one.key.clone(), one.fence)).collect();
        content.damaged = saved.into_iter().filter(|one| one.is_damaged).map(|one| one.key).collect();
    }

    fn damage(&self, key: &Key) {
        self.content().damaged.insert(key.clone());
    }
}

impl EngineContent {
    /// Returns an error for a damaged record.
    fn check(&self, key: &Key) -> Result<(), StoreError> {
        if self.damaged.contains(key) {
            return Err(StoreError::new(StoreErrorKind::TooNew, "the record has an unknown state"));
        }
        Ok(())
    }
}

#[oauth_core::async_trait]
impl TokenStore for MemoryEngine {
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        let content = self.content();
        content.check(key)?;
        finish(content.store.load(key))
    }

    async fn insert(&self, key: &Key, new: Content) -> Result<u64, StoreError> {
        let mut content = self.content();
        content.damaged.remove(key);
        *content.fences.entry(key.clone()).or_default() += 1;
        finish(content.store.insert(key, new))
    }

    async fn save(&self, key: &Key, from: u64, new: Content) -> Result<SaveOutcome, StoreError> {
        let mut content = self.content();
        let outcome = finish(content.store.save(key, from, new))?;
        match outcome {
            SaveOutcome::Accepted { .. } => drop(content.damaged.remove(key)),
            _ => content.check(key)?,
        }
        Ok(outcome)
    }

    async fn remove(&self, key: &Key) -> Result<bool, StoreError> {
        finish(self.content().store.remove(key))
    }

    async fn acquire(
        &self,
        key: &Key,
        owner: &LeaseOwner,
        length: Duration,
    ) -> Result<AcquireOutcome, StoreError> {
        let mut content = self.content();
        let outcome = finish(content.store.acquire(key, owner, length))?;
        if let AcquireOutcome::Granted { fence, .. } = outcome {
            content.fences.insert(key.clone(), fence);
            if content.damaged.contains(key) {
                finish(content.store.release(key, fence))?;
            }
        }
        content.check(key)?;
        Ok(outcome)
    }

    async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError> {
        finish(self.content().store.renew(key, fence, length))
    }

    async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError> {
        finish(self.content().store.release(key, fence))
    }

    async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
        finish(self.content().store.record_intent(key, fence, from))
    }

    async fn set_state(
        &self,
        key: &Key,
        fence: u64,
        from: u64,
        state: RecordState,
    ) -> Result<bool, StoreError> {
        let mut content = self.content();
        let changed = finish(content.store.set_state(key, fence, from, state))?;
        if changed {
            content.damaged.remove(key);
        }
        Ok(changed)
    }

    async fn list(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<RecordSummary>, StoreError> {
        let content = self.content();
        let mut found = finish(content.store.list(provider, after, limit))?;
        for one in &mut found {
            if content.check(&Key::new(provider, one.account.as_str())).is_err() {
                one.state = RecordState::Unreadable;
            }
        }
        Ok(found)
    }

    async fn due(&self, query: &DueQuery, limit: usize) -> Result<Vec<RecordSummary>, StoreError> {
        let content = self.content();
        // Found by its state, which is unknown.
        let mut found = finish(content.store.due(query, usize::MAX))?;
        found.retain(|one| content.check(&Key::new(PROVIDER, one.account.as_str())).is_ok());
        found.truncate(limit);
        Ok(found)
    }
}
