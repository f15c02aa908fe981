//! A store in memory: for one process, and for tests.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Acquired, Content, Due, Intent, Key, Owner, Record, RecordState, Saved, StoreError, Summary, TokenStore,
};
use crate::{Clock, SystemClock};

/// Keeps connections in memory. They are gone when the process ends, and with them every customer: for one process that
/// connects anew each time, and for tests.
///
/// Clones share what is kept.
#[derive(Clone)]
pub struct MemoryStore {
    rows: Arc<Mutex<BTreeMap<Key, Row>>>,
    clock: Arc<dyn Clock>,
}

/// A key that was used once; `kept` is `None` after its removal, so that its counters go on.
struct Row {
    kept: Option<Kept>,
    generation: u64,
    fence: u64,
    lease_until: Option<DateTime<Utc>>,
}

struct Kept {
    content: Content,
    state: RecordState,
    /// Fence and time.
    intent: Option<(u64, DateTime<Utc>)>,
}

impl Row {
    fn record(&self, now: DateTime<Utc>) -> Option<Record> {
        self.kept.as_ref().map(|kept| {
            let intent =
                kept.intent.map(|(fence, at)| Intent::new(fence, (now - at).to_std().unwrap_or_default()));
            Record::new(kept.content.clone(), self.generation, kept.state, intent)
        })
    }

    fn put(&mut self, content: Content) -> u64 {
        self.generation += 1;
        self.kept = Some(Kept { content, state: RecordState::Active, intent: None });
        self.generation
    }

    fn summary(&self, key: &Key) -> Option<Summary> {
        self.kept.as_ref().map(|kept| {
            Summary::new(
                key.account.as_str(),
                self.generation,
                kept.state,
                kept.content.due_at,
                kept.content.lapses_at,
            )
        })
    }
}

impl MemoryStore {
    /// An empty store whose leases go by the machine's clock.
    pub fn new() -> Self {
        Self::with_clock(SystemClock)
    }

    /// An empty store whose leases go by this clock.
    pub fn with_clock(clock: impl Clock) -> Self {
        Self { rows: Arc::default(), clock: Arc::new(clock) }
    }

    fn rows(&self) -> MutexGuard<'_, BTreeMap<Key, Row>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("keys", &self.rows().len()).finish_non_exhaustive()
    }
}

fn later(now: DateTime<Utc>, length: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(length)
        .ok()
        .and_then(|length| now.checked_add_signed(length))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[async_trait]
impl TokenStore for MemoryStore {
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        let now = self.clock.now();
        Ok(self.rows().get(key).and_then(|row| row.record(now)))
    }

    async fn insert(&self, key: &Key, content: Content) -> Result<u64, StoreError> {
        let mut rows = self.rows();
        let row =
            rows.entry(key.clone()).or_insert(Row { kept: None, generation: 0, fence: 0, lease_until: None });
        // A higher fence ends the lease of whoever was refreshing the token that is replaced here.
        row.fence += 1;
        row.lease_until = None;
        Ok(row.put(content))
    }

    async fn save(&self, key: &Key, from: u64, content: Content) -> Result<Saved, StoreError> {
        let now = self.clock.now();
        let mut rows = self.rows();
        let Some((row, record)) =
            rows.get_mut(key).and_then(|row| row.record(now).map(|record| (row, record)))
        else {
            return Ok(Saved::Missing);
        };
        if row.generation != from {
            return Ok(Saved::Superseded { record });
        }
        Ok(Saved::Accepted { generation: row.put(content) })
    }

    async fn remove(&self, key: &Key) -> Result<bool, StoreError> {
        Ok(self.rows().get_mut(key).is_some_and(|row| {
            row.fence += 1;
            row.lease_until = None;
            row.kept.take().is_some()
        }))
    }

    async fn acquire(&self, key: &Key, _: &Owner, length: Duration) -> Result<Acquired, StoreError> {
        let now = self.clock.now();
        let mut rows = self.rows();
        let Some((row, record)) =
            rows.get_mut(key).and_then(|row| row.record(now).map(|record| (row, record)))
        else {
            return Ok(Acquired::Missing);
        };
        if let Some(left) =
            row.lease_until.and_then(|until| (until - now).to_std().ok()).filter(|left| !left.is_zero())
        {
            return Ok(Acquired::Held { for_another: left, record });
        }
        row.fence += 1;
        row.lease_until = Some(later(now, length));
        Ok(Acquired::Granted { fence: row.fence, record })
    }

    async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError> {
        let until = later(self.clock.now(), length);
        Ok(self
            .rows()
            .get_mut(key)
            .filter(|row| row.fence == fence && row.lease_until.is_some())
            .is_some_and(|row| {
                row.lease_until = Some(until);
                true
            }))
    }

    async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError> {
        if let Some(row) = self.rows().get_mut(key).filter(|row| row.fence == fence) {
            row.lease_until = None;
        }
        Ok(())
    }

    async fn begin(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let mut rows = self.rows();
        let Some(row) = rows.get_mut(key).filter(|row| {
            row.fence == fence && row.generation == from && row.lease_until.is_some_and(|until| until > now)
        }) else {
            return Ok(false);
        };
        Ok(row.kept.as_mut().is_some_and(|kept| {
            kept.intent = Some((fence, now));
            true
        }))
    }

    async fn set_state(
        &self,
        key: &Key,
        fence: u64,
        from: u64,
        state: RecordState,
    ) -> Result<bool, StoreError> {
        let mut rows = self.rows();
        let row = rows
            .get_mut(key)
            .filter(|row| row.fence == fence && row.generation == from && row.lease_until.is_some());
        Ok(row.and_then(|row| row.kept.as_mut()).is_some_and(|kept| {
            kept.state = state;
            kept.intent = None;
            true
        }))
    }

    async fn list(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Summary>, StoreError> {
        let rows = self.rows();
        Ok(rows
            .iter()
            .filter(|(key, _)| {
                key.provider == provider && after.is_none_or(|after| key.account.as_str() > after)
            })
            .filter_map(|(key, row)| row.summary(key))
            .take(limit)
            .collect())
    }

    async fn due(&self, query: &Due, limit: usize) -> Result<Vec<Summary>, StoreError> {
        let rows = self.rows();
        let lapses = |summary: &Summary| {
            query.lapses_by.is_some_and(|by| summary.lapses_at.is_some_and(|at| at <= by))
        };
        let is_due =
            |summary: &Summary| query.due_by.is_some_and(|by| summary.due_at.is_some_and(|at| at <= by));
        let mut found: Vec<Summary> = rows
            .iter()
            .filter(|(key, _)| key.provider == query.provider)
            .filter_map(|(key, row)| row.summary(key))
            .filter(|summary| summary.state == RecordState::Active && (lapses(summary) || is_due(summary)))
            .collect();
        // Lapsing ones first and by that time; the others by when they are due.
        found.sort_by_key(|summary| {
            if lapses(summary) {
                (0, summary.lapses_at, summary.account.clone())
            } else {
                (1, summary.due_at, summary.account.clone())
            }
        });
        found.truncate(limit);
        Ok(found)
    }
}
