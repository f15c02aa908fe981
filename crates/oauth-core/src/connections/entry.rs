//! Cache entry of one account: its token, and the flight that may be running for it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::cached_token::CachedToken;
use super::doubts::Doubts;
use super::mutation::mutated;
use super::settings::Settings;
use super::single_flight::Ticket;
use super::suspicion::Suspicion;
use super::sync::{ArcSwapOption, AtomicU64, Guard, Mutex, MutexGuard};
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::store::Key;
use crate::token::lineage::Lineage;

/// The cached token, read without a lock or a reference count.
pub(super) type CachedTokenGuard<P> = Guard<Option<Arc<CachedToken<P>>>>;

pub(super) struct Entry<P: Provider> {
    pub(super) key: Key,
    token: ArcSwapOption<CachedToken<P>>,
    created_at: Instant,
    /// Last read of the store, in milliseconds since `created_at`.
    checked_after: AtomicU64,
    state: Mutex<EntryState<P>>,
}

pub(super) struct EntryState<P: Provider> {
    pub(super) flight: Option<Ticket<Arc<CachedToken<P>>>>,
    pub(super) backoff_until: Option<Instant>,
    pub(super) failures: u32,
    pub(super) last_failure: Option<Error>,
    /// A refused refresh token that is not decided about yet.
    pub(super) suspicion: Option<Suspicion>,
    /// Fence of the last token call of this process, and true if its response arrived.
    pub(super) last_call: Option<(u64, bool)>,
    /// Last refresh that was forced by a rejected API call.
    pub(super) forced_at: Option<Instant>,
    pub(super) doubts: Doubts,
    /// The cached connection and the older one that the store has instead, as last reported.
    pub(super) lost_connection: Option<(Lineage, Lineage)>,
    /// Counts local inserts and removals. A flight that started before one of them must not undo it in the
    /// cache.
    pub(super) epoch: u64,
}

impl<P: Provider> Entry<P> {
    pub(super) fn new(key: Key) -> Self {
        Self {
            key,
            token: ArcSwapOption::empty(),
            created_at: Instant::now(),
            checked_after: AtomicU64::new(0),
            state: Mutex::new(EntryState {
                flight: None,
                backoff_until: None,
                failures: 0,
                last_failure: None,
                suspicion: None,
                last_call: None,
                forced_at: None,
                doubts: Doubts::default(),
                lost_connection: None,
                epoch: 0,
            }),
        }
    }

    pub(super) fn guard(&self) -> CachedTokenGuard<P> {
        self.token.load()
    }

    pub(super) fn cached(&self) -> Option<Arc<CachedToken<P>>> {
        self.token.load_full()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, EntryState<P>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True if the last read of the store is at least `interval` ago.
    pub(super) fn is_stale(&self, now: Instant, interval: Duration) -> bool {
        self.time_since_check(now) >= interval
    }

    /// Returns the time since the last read of the store.
    pub(super) fn time_since_check(&self, now: Instant) -> Duration {
        let checked_after = Duration::from_millis(self.checked_after.load(Ordering::Relaxed));
        now.saturating_duration_since(self.created_at).saturating_sub(checked_after)
    }

    /// Records that the store was read now.
    pub(super) fn mark_checked(&self) {
        let age = u64::try_from(self.created_at.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.checked_after.store(age, Ordering::Relaxed);
    }

    /// Caches the token that a flight of this epoch found, unless the cached one is newer. Returns the cached
    /// token.
    pub(super) fn publish(&self, epoch: u64, cached: CachedToken<P>) -> Result<Arc<CachedToken<P>>, Error> {
        let state = self.state();
        if state.epoch != epoch && !mutated!(IgnoresEpoch) {
            // The local insert or removal that happened in between wins.
            return self.cached().ok_or_else(|| self.not_connected());
        }
        if mutated!(PublishesUnlocked) {
            drop(state);
        }
        self.mark_checked();
        if let Some(current) = self.cached() {
            let is_older = cached.generation < current.generation
                || (cached.generation == current.generation && current.saved && !cached.saved);
            if is_older {
                return Ok(current);
            }
        }
        let cached = Arc::new(cached);
        if mutated!(ClearsBeforeStoring) {
            self.token.store(None);
        }
        self.token.store(Some(Arc::clone(&cached)));
        Ok(cached)
    }

    /// Caches a token of the store, whatever generation is cached now.
    pub(super) fn publish_stored(
        &self,
        epoch: u64,
        cached: CachedToken<P>,
    ) -> Result<Arc<CachedToken<P>>, Error> {
        let state = self.state();
        if state.epoch != epoch {
            return self.cached().ok_or_else(|| self.not_connected());
        }
        self.mark_checked();
        let cached = Arc::new(cached);
        self.token.store(Some(Arc::clone(&cached)));
        Ok(cached)
    }

    /// Caches the token of a local insert.
    pub(super) fn replace(&self, cached: CachedToken<P>) {
        let mut state = self.state();
        let is_older = |current: &CachedToken<P>| {
            current.saved && current.token.data.lineage.descends_from(cached.token.data.lineage)
        };
        if self.guard().as_deref().is_some_and(is_older) {
            return;
        }
        state.epoch += 1;
        state.suspicion = None;
        state.clear_failures();
        self.mark_checked();
        self.token.store(Some(Arc::new(cached)));
    }

    /// Clears the cache after a local removal. Returns the generation that was cached.
    pub(super) fn remove(&self) -> Option<u64> {
        let mut state = self.state();
        state.epoch += 1;
        state.suspicion = None;
        state.clear_failures();
        self.token.swap(None).map(|cached| cached.generation)
    }

    /// Clears the cache after a flight of this epoch found no record. Returns the generation that was cached.
    pub(super) fn clear(&self, epoch: u64) -> Option<u64> {
        let state = self.state();
        if state.epoch != epoch {
            return None;
        }
        self.token.swap(None).map(|cached| cached.generation)
    }

    pub(super) fn not_connected(&self) -> Error {
        let what = format!("no connection is stored for the account `{}`", self.key.account.escape_debug());
        Error::new(ErrorKind::NotConnected, what).with_provider(P::NAME)
    }
}

impl<P: Provider> EntryState<P> {
    /// Returns the suspicion about this token, under whatever generation it is stored.
    pub(super) fn suspicion_about(&self, cached: &CachedToken<P>) -> Option<Suspicion> {
        self.suspicion.filter(|one| one.lineage.is_same_token(cached.token.data.lineage))
    }

    pub(super) fn clear_failures(&mut self) {
        self.failures = 0;
        self.last_failure = None;
        self.backoff_until = None;
    }

    /// Records a failed flight. The next one waits for the backoff, unless the trouble of the provider holds
    /// all of them back.
    pub(super) fn record_failure(&mut self, error: &Error, is_held_back: bool) {
        if is_held_back && error.is_transient() {
            self.last_failure = Some(error.copied());
            return;
        }
        let backs_off = match error.kind() {
            // The flight has waited already, or waiting does not help, or another mechanism prevents the
            // retry.
            ErrorKind::Busy
            | ErrorKind::Closed
            | ErrorKind::NotConnected
            | ErrorKind::NeedsReconnect(_)
            | ErrorKind::ClientRefused
            | ErrorKind::RefusalUnconfirmed
            | ErrorKind::ForeignToken
            | ErrorKind::InvalidInput => false,
            _ => true,
        };
        self.failures = self.failures.saturating_add(1);
        self.backoff_until = backs_off.then(|| {
            let backoff = Settings::backoff(self.failures).max(error.retry_after().unwrap_or_default());
            Instant::now() + backoff
        });
        self.last_failure = Some(error.copied());
    }
}
