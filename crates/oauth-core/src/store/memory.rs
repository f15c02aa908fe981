//! Store in memory, for a single process and for tests.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::ops::{Bound, RangeBounds as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::contract::{
    AcquireOutcome, Content, DueQuery, Intent, Key, LeaseOwner, Record, RecordState, RecordSummary,
    SaveOutcome, StoreError, TokenStore,
};
use crate::util::clock::Clock;

#[cfg(not(any(feature = "connections", feature = "store-suite")))]
use std::time::Instant;
#[cfg(any(feature = "connections", feature = "store-suite"))]
use tokio::time::Instant;

/// Store in memory. All connections are lost when the process ends, so every customer has to connect again.
/// For tests, and for a process that connects its accounts at every start.
///
/// Clones share their records.
///
/// ```
/// use oauth_core::store::{Content, Key, MemoryStore, TokenStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), oauth_core::store::StoreError> {
/// let store = MemoryStore::new();
/// let acme = Key::new("example", "acme");
/// assert_eq!(store.insert(&acme, Content::new("a token")).await?, 1);
/// assert_eq!(store.clone().load(&acme).await?.unwrap().content.bytes(), b"a token");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MemoryStore {
    rows: Arc<Mutex<Rows>>,
    /// Claimed names, and the times until which they are remembered.
    claimed: Arc<Mutex<HashMap<String, DateTime<Utc>>>>,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct Rows {
    by_key: BTreeMap<Key, Row>,
    due: TimeIndex,
    lapsing: TimeIndex,
}

/// Active records by provider, time and account.
type TimeIndex = BTreeSet<(String, DateTime<Utc>, String)>;

/// Row of a key. Without a record after its removal, so that the counters continue.
#[derive(Default)]
struct Row {
    stored: Option<StoredRecord>,
    generation: u64,
    fence: u64,
    lease: Option<Lease>,
}

struct StoredRecord {
    content: Content,
    state: RecordState,
    /// Fence and start.
    intent: Option<(u64, DateTime<Utc>)>,
}

#[derive(Clone, Copy)]
struct Lease {
    until: DateTime<Utc>,
    length: Duration,
}

impl Lease {
    fn from(now: DateTime<Utc>, length: Duration) -> Self {
        Self { until: later(now, length), length }
    }

    /// Returns the remaining time. If the clock was set back, that is the full length from now, and not until
    /// the clock has caught up.
    fn remaining(&mut self, now: DateTime<Utc>) -> Option<Duration> {
        let remaining = (self.until - now).to_std().ok().filter(|remaining| !remaining.is_zero())?;
        if remaining > self.length {
            *self = Self::from(now, self.length);
        }
        Some(remaining.min(self.length))
    }
}

impl Rows {
    /// Changes a row and updates the indexes.
    fn change<T>(&mut self, key: &Key, change: impl FnOnce(&mut Row) -> T) -> Option<T> {
        let row = self.by_key.get_mut(key)?;
        let before = row.times();
        let changed = change(row);
        let after = row.times();
        self.move_times(key, before, after);
        Some(changed)
    }

    fn move_times(
        &mut self,
        key: &Key,
        before: [Option<DateTime<Utc>>; 2],
        after: [Option<DateTime<Utc>>; 2],
    ) {
        let timed = |at| (key.provider.clone(), at, key.account.clone());
        for ((times, before), after) in [&mut self.due, &mut self.lapsing].into_iter().zip(before).zip(after)
        {
            if let Some(at) = before {
                times.remove(&timed(at));
            }
            if let Some(at) = after {
                times.insert(timed(at));
            }
        }
    }

    fn summary(&self, provider: &str, account: &str) -> Option<RecordSummary> {
        let key = Key::new(provider, account);
        self.by_key.get(&key)?.summary(&key)
    }
}

impl Row {
    fn record(&self, now: DateTime<Utc>) -> Option<Record> {
        self.stored.as_ref().map(|stored| {
            let intent =
                stored.intent.map(|(fence, at)| Intent::new(fence, (now - at).to_std().unwrap_or_default()));
            Record::new(stored.content.clone(), self.generation, stored.state, intent)
        })
    }

    fn put(&mut self, content: Content) -> u64 {
        self.generation = self.generation.max(content.replaced_generation).saturating_add(1);
        let content = content.replaced_generation(0);
        self.stored = Some(StoredRecord { content, state: RecordState::Active, intent: None });
        self.generation
    }

    fn active(&self) -> Option<&Content> {
        self.stored
            .as_ref()
            .filter(|stored| stored.state == RecordState::Active)
            .map(|stored| &stored.content)
    }

    /// Times when an active record is due and when it lapses.
    fn times(&self) -> [Option<DateTime<Utc>>; 2] {
        self.active().map_or([None, None], |content| [content.due_at, content.lapses_at])
    }

    fn summary(&self, key: &Key) -> Option<RecordSummary> {
        self.stored.as_ref().map(|stored| {
            RecordSummary::new(
                key.account.as_str(),
                self.generation,
                stored.state,
                stored.content.due_at,
                stored.content.lapses_at,
            )
        })
    }
}

/// Monotonic clock, independent of changes to the machine's clock. Follows tokio's paused time in tests.
#[derive(Debug)]
struct Monotonic(Instant);

impl Clock for Monotonic {
    fn now(&self) -> DateTime<Utc> {
        later(DateTime::UNIX_EPOCH, self.0.elapsed())
    }
}

impl MemoryStore {
    /// Creates an empty store. Leases are measured by monotonic time, independent of changes to the machine's
    /// clock.
    pub fn new() -> Self {
        Self::with_clock(Monotonic(Instant::now()))
    }

    /// Creates an empty store with a clock for its leases, for tests. Setting the clock forward expires
    /// leases early. Setting it back restarts a lease with its full length.
    pub fn with_clock(clock: impl Clock) -> Self {
        Self { rows: Arc::default(), claimed: Arc::default(), clock: Arc::new(clock) }
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
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
        f.debug_struct("MemoryStore").field("keys", &self.rows().by_key.len()).finish_non_exhaustive()
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
        Ok(self.rows().by_key.get(key).and_then(|row| row.record(now)))
    }

    async fn insert(&self, key: &Key, content: Content) -> Result<u64, StoreError> {
        let mut rows = self.rows();
        rows.by_key.entry(key.clone()).or_default();
        let generation = rows.change(key, |row| {
            // A higher fence invalidates a lease for the replaced token.
            row.fence += 1;
            row.lease = None;
            row.put(content)
        });
        Ok(generation.unwrap_or_default())
    }

    async fn save(&self, key: &Key, from: u64, content: Content) -> Result<SaveOutcome, StoreError> {
        let now = self.clock.now();
        let mut rows = self.rows();
        let Some(record) = rows.by_key.get(key).and_then(|row| row.record(now)) else {
            return Ok(SaveOutcome::Missing);
        };
        if record.generation != from {
            return Ok(SaveOutcome::Superseded { record });
        }
        let generation = rows.change(key, |row| row.put(content));
        Ok(SaveOutcome::Accepted { generation: generation.unwrap_or_default() })
    }

    async fn remove(&self, key: &Key) -> Result<bool, StoreError> {
        let removed = self.rows().change(key, |row| {
            row.fence += 1;
            row.lease = None;
            row.stored.take().is_some()
        });
        Ok(removed.unwrap_or_default())
    }

    async fn acquire(
        &self,
        key: &Key,
        _: &LeaseOwner,
        length: Duration,
    ) -> Result<AcquireOutcome, StoreError> {
        let now = self.clock.now();
        let mut rows = self.rows();
        let Some(row) = rows.by_key.get_mut(key) else { return Ok(AcquireOutcome::Missing) };
        // If the clock was set back since the intent, its age counts from now.
        if let Some((_, at)) = row.stored.as_mut().and_then(|stored| stored.intent.as_mut()) {
            *at = now.min(*at);
        }
        let Some(record) = row.record(now) else { return Ok(AcquireOutcome::Missing) };
        if let Some(for_another) = row.lease.as_mut().and_then(|lease| lease.remaining(now)) {
            return Ok(AcquireOutcome::Held { for_another, record });
        }
        row.fence += 1;
        row.lease = Some(Lease::from(now, length));
        Ok(AcquireOutcome::Granted { fence: row.fence, record })
    }

    async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let mut rows = self.rows();
        let row = rows.by_key.get_mut(key).filter(|row| row.fence == fence);
        Ok(row.and_then(|row| row.lease.as_mut()).is_some_and(|lease| {
            *lease = Lease::from(now, length);
            true
        }))
    }

    async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError> {
        if let Some(row) = self.rows().by_key.get_mut(key).filter(|row| row.fence == fence) {
            row.lease = None;
        }
        Ok(())
    }

    async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let mut rows = self.rows();
        let Some(row) = rows.by_key.get_mut(key).filter(|row| row.fence == fence && row.generation == from)
        else {
            return Ok(false);
        };
        if row.lease.as_mut().and_then(|lease| lease.remaining(now)).is_none() {
            return Ok(false);
        }
        Ok(row.stored.as_mut().is_some_and(|stored| {
            stored.intent = Some((fence, now));
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
        let changed = self.rows().change(key, |row| {
            if row.fence != fence || row.generation != from || row.lease.is_none() {
                return false;
            }
            row.stored.as_mut().is_some_and(|stored| {
                stored.state = state;
                stored.intent = None;
                true
            })
        });
        Ok(changed.unwrap_or_default())
    }

    async fn list(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<RecordSummary>, StoreError> {
        let from = match after {
            Some(after) => Bound::Excluded(Key::new(provider, after)),
            None => Bound::Included(Key::new(provider, "")),
        };
        let rows = self.rows();
        let mut found = Vec::new();
        for (key, row) in rows.by_key.range((from, Bound::Unbounded)) {
            if key.provider != provider || found.len() >= limit {
                break;
            }
            if let Some(one) = row.summary(key) {
                found.push(one);
            }
        }
        Ok(found)
    }

    async fn due(&self, query: &DueQuery, limit: usize) -> Result<Vec<RecordSummary>, StoreError> {
        let rows = self.rows();
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        let any = Bound::Unbounded;
        let ranges = [
            (&rows.lapsing, query.lapses_by.map(|by| (any, Bound::Included(by)))),
            (&rows.lapsing, query.lapses_after.map(|after| (Bound::Excluded(after), any))),
            (&rows.due, query.due_by.map(|by| (any, Bound::Included(by)))),
        ];
        for (times, range) in ranges {
            let Some((from, to)) = range else { continue };
            let start = match from {
                Bound::Included(at) | Bound::Excluded(at) => at,
                Bound::Unbounded => DateTime::<Utc>::MIN_UTC,
            };
            for (provider, at, account) in times.range((query.provider.clone(), start, String::new())..) {
                let has_ended = matches!(to, Bound::Included(to) if *at > to);
                if *provider != query.provider || has_ended || found.len() >= limit {
                    break;
                }
                // A record can match by several of its times.
                if (from, to).contains(at) && seen.insert(account) {
                    found.extend(rows.summary(provider, account));
                }
            }
        }
        Ok(found)
    }

    async fn claim_once(&self, name: &str, keep: Duration) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let mut claimed = self.claimed.lock().unwrap_or_else(PoisonError::into_inner);
        claimed.retain(|_, until| *until > now);
        if claimed.contains_key(name) {
            return Ok(false);
        }
        claimed.insert(name.to_owned(), later(now, keep));
        Ok(true)
    }
}
