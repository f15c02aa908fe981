//! One account in memory: its token, and the one flight that may be under way for it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::flight::Progress;
use super::live::Live;
use super::mutation::mutated;
use super::settings::Settings;
use super::settled::Settled;
use super::sync::{ArcSwapOption, AtomicU64, Guard, Mutex, MutexGuard};
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::store::Key;

/// What a flight brought.
pub(super) type Landed<P> = Result<Arc<Live<P>>, Error>;
/// What is in memory, without a lock.
pub(super) type Glance<P> = Guard<Option<Arc<Live<P>>>>;
/// What those who wait for a flight look at.
pub(super) type Landing<P> = watch::Receiver<Progress<P>>;

pub(super) struct Cell<P: Provider> {
    pub(super) key: Key,
    live: ArcSwapOption<Live<P>>,
    /// When the store was last asked, in milliseconds since [`Cell::born`].
    checked: AtomicU64,
    born: Instant,
    pub(super) settled: Settled,
    slot: Mutex<Slot<P>>,
}

pub(super) struct Slot<P: Provider> {
    pub(super) flight: Option<Landing<P>>,
    /// Leave it alone until then.
    pub(super) rests_until: Option<Instant>,
    pub(super) failures: u32,
    pub(super) failure: Option<Error>,
    /// When a refresh was last forced by a refused API call.
    pub(super) forced: Option<Instant>,
    /// Counts inserts and removals here, so that a flight that began before one of them does not undo it in memory.
    pub(super) era: u64,
}

impl<P: Provider> Cell<P> {
    pub(super) fn new(key: Key) -> Self {
        Self {
            key,
            live: ArcSwapOption::empty(),
            checked: AtomicU64::new(0),
            born: Instant::now(),
            settled: Settled::never(),
            slot: Mutex::new(Slot {
                flight: None,
                rests_until: None,
                failures: 0,
                failure: None,
                forced: None,
                era: 0,
            }),
        }
    }

    pub(super) fn glance(&self) -> Glance<P> {
        self.live.load()
    }

    pub(super) fn live(&self) -> Option<Arc<Live<P>>> {
        self.live.load_full()
    }

    pub(super) fn slot(&self) -> MutexGuard<'_, Slot<P>> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the store was last asked so long ago.
    pub(super) fn is_stale(&self, now: Instant, interval: Duration) -> bool {
        let age = now
            .saturating_duration_since(self.born)
            .saturating_sub(Duration::from_millis(self.checked.load(Ordering::Relaxed)));
        age >= interval
    }

    fn checked_now(&self) {
        let age = u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.checked.store(age, Ordering::Relaxed);
    }

    /// Puts what a flight of this era found into memory, unless what is there is newer. Returns what is there then.
    pub(super) fn publish(&self, era: u64, live: Live<P>) -> Result<Arc<Live<P>>, Error> {
        let slot = self.slot();
        if slot.era != era && !mutated!(IgnoresEra) {
            // Inserted or removed here meanwhile: that stands.
            return self.live().ok_or_else(|| self.missing());
        }
        if mutated!(PublishesUnlocked) {
            drop(slot);
        }
        self.checked_now();
        if let Some(present) = self.live() {
            let older = live.generation < present.generation
                || (live.generation == present.generation && present.saved && !live.saved);
            if older {
                return Ok(present);
            }
        }
        let live = Arc::new(live);
        if mutated!(ClearsBeforeStoring) {
            self.live.store(None);
        }
        self.live.store(Some(Arc::clone(&live)));
        Ok(live)
    }

    /// A person connected here.
    pub(super) fn replace(&self, live: Live<P>) {
        let mut slot = self.slot();
        if self.glance().as_ref().is_some_and(|present| present.saved && present.generation > live.generation)
        {
            return;
        }
        slot.era += 1;
        slot.forget_failures();
        self.checked_now();
        self.live.store(Some(Arc::new(live)));
    }

    /// Removed here. The generation that was here until then.
    pub(super) fn remove(&self) -> Option<u64> {
        let mut slot = self.slot();
        slot.era += 1;
        slot.forget_failures();
        self.live.swap(None).map(|live| live.generation)
    }

    /// A flight of this era found it gone. The generation that was here until then, if there was one.
    pub(super) fn lose(&self, era: u64) -> Option<u64> {
        let slot = self.slot();
        if slot.era != era {
            return None;
        }
        self.live.swap(None).map(|live| live.generation)
    }

    /// The store was asked and nothing has changed.
    pub(super) fn confirm(&self) {
        self.checked_now();
    }

    pub(super) fn missing(&self) -> Error {
        Error::new(ErrorKind::NotConnected, "no connection is stored for this account").with_provider(P::NAME)
    }
}

impl<P: Provider> Slot<P> {
    pub(super) fn forget_failures(&mut self) {
        self.failures = 0;
        self.failure = None;
        self.rests_until = None;
    }

    /// A flight failed: the next one waits a little, or as long as the server asked.
    pub(super) fn failed(&mut self, error: &Error) {
        let rests = match error.kind() {
            // It waited already, or waiting does not help, or something else keeps it from trying.
            ErrorKind::Busy
            | ErrorKind::Closed
            | ErrorKind::NotConnected
            | ErrorKind::NeedsReconnect(_)
            | ErrorKind::ClientRefused
            | ErrorKind::ForeignToken
            | ErrorKind::InvalidInput => false,
            _ => true,
        };
        self.failures = self.failures.saturating_add(1);
        self.rests_until = rests.then(|| {
            let rest = Settings::rest(self.failures).max(error.retry_after().unwrap_or_default());
            Instant::now() + rest
        });
        self.failure = Some(error.copied());
    }
}
