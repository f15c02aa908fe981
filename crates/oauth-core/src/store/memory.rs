//! A store in memory: for one process, and for tests.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::ops::Bound;
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

/// Keeps connections in memory. They are gone when the process ends, and with them every customer: for one process that
/// connects anew each time, and for tests.
///
/// Clones share what is kept.
///
/// ```
/// use oauth_core::store::{Content, Key, MemoryStore, TokenStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), oauth_core::store::StoreError> {
/// let store = MemoryStore::new();
/// let acme = Key::new("go1", "acme");
/// assert_eq!(store.insert(&acme, Content::new("a token")).await?, 1);
/// assert_eq!(store.clone().load(&acme).await?.unwrap().content.bytes(), b"a token");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MemoryStore {
    rows: Arc<Mutex<Rows>>,
    /// Names that are used up, and until when that is remembered.
    used: Arc<Mutex<HashMap<String, DateTime<Utc>>>>,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct Rows {
    by_key: BTreeMap<Key, Row>,
    /// Active records by provider, when they are due, and account.
    due: Times,
    /// The same, by when they lapse.
    lapsing: Times,
}

type Times = BTreeSet<(String, DateTime<Utc>, String)>;

/// A key that was used once; `kept` is `None` after its removal, so that its counters go on.
#[derive(Default)]
struct Row {
    kept: Option<Kept>,
    generation: u64,
    fence: u64,
    lease: Option<Lease>,
}

struct Kept {
    content: Content,
    state: RecordState,
    /// Fence and time.
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

    /// What is left of it. More than it was granted for means that the clock was set back: the holder has its full time
    /// from here then, and nobody waits until the clock is where it was.
    fn left(&mut self, now: DateTime<Utc>) -> Option<Duration> {
        let left = (self.until - now).to_std().ok().filter(|left| !left.is_zero())?;
        if left > self.length {
            *self = Self::from(now, self.length);
        }
        Some(left.min(self.length))
    }
}

impl Rows {
    /// Changes a row, and what is known of its times with it.
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

    fn active(&self) -> Option<&Content> {
        self.kept.as_ref().filter(|kept| kept.state == RecordState::Active).map(|kept| &kept.content)
    }

    /// When it is due, and when it lapses.
    fn times(&self) -> [Option<DateTime<Utc>>; 2] {
        self.active().map_or([None, None], |content| [content.due_at, content.lapses_at])
    }

    fn summary(&self, key: &Key) -> Option<RecordSummary> {
        self.kept.as_ref().map(|kept| {
            RecordSummary::new(
                key.account.as_str(),
                self.generation,
                kept.state,
                kept.content.due_at,
                kept.content.lapses_at,
            )
        })
    }
}

/// Goes evenly from wherever it began, whatever is done to the machine's clock. A test that pauses or advances tokio's time
/// moves it too.
#[derive(Debug)]
struct Monotonic(Instant);

impl Clock for Monotonic {
    fn now(&self) -> DateTime<Utc> {
        later(DateTime::UNIX_EPOCH, self.0.elapsed())
    }
}

impl MemoryStore {
    /// An empty store whose leases go by monotonic time, so that setting the machine's clock neither lengthens nor
    /// shortens one.
    pub fn new() -> Self {
        Self::with_clock(Monotonic(Instant::now()))
    }

    /// An empty store whose leases go by this clock, for tests. Setting it forward ends leases before their time; setting it
    /// back gives a holder its full time anew, and no more.
    pub fn with_clock(clock: impl Clock) -> Self {
        Self { rows: Arc::default(), used: Arc::default(), clock: Arc::new(clock) }
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
            // A higher fence ends the lease of whoever was refreshing the token that is replaced here.
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
            row.kept.take().is_some()
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
        // One begun in the future was begun before the clock was set back: its age is counted from here.
        if let Some((_, at)) = row.kept.as_mut().and_then(|kept| kept.intent.as_mut()) {
            *at = now.min(*at);
        }
        let Some(record) = row.record(now) else { return Ok(AcquireOutcome::Missing) };
        if let Some(for_another) = row.lease.as_mut().and_then(|lease| lease.left(now)) {
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
        if row.lease.as_mut().and_then(|lease| lease.left(now)).is_none() {
            return Ok(false);
        }
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
        let changed = self.rows().change(key, |row| {
            if row.fence != fence || row.generation != from || row.lease.is_none() {
                return false;
            }
            row.kept.as_mut().is_some_and(|kept| {
                kept.state = state;
                kept.intent = None;
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
        let lapses =
            |one: &RecordSummary| query.lapses_by.is_some_and(|by| one.lapses_at.is_some_and(|at| at <= by));
        let mut found = Vec::new();
        for (times, by, is_due) in [(&rows.lapsing, query.lapses_by, false), (&rows.due, query.due_by, true)]
        {
            let Some(by) = by else { continue };
            let from = (query.provider.clone(), DateTime::<Utc>::MIN_UTC, String::new());
            for (provider, at, account) in times.range(from..) {
                if *provider != query.provider || *at > by || found.len() >= limit {
                    break;
                }
                // Those that lapse as well were found before.
                if let Some(one) = rows.summary(provider, account).filter(|one| !(is_due && lapses(one))) {
                    found.push(one);
                }
            }
        }
        Ok(found)
    }

    async fn claim_once(&self, name: &str, keep: Duration) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.retain(|_, until| *until > now);
        if used.contains_key(name) {
            return Ok(false);
        }
        used.insert(name.to_owned(), later(now, keep));
        Ok(true)
    }
}
