//! State shared by all handles of one [`Connections`](super::Connections).

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::cached_token::{CachedToken, Now};
use super::circuit_breaker::{BreakerRules, CircuitBreaker, Turn};
use super::doubts::ProviderDoubts;
use super::entry::Entry;
use super::events::{Event, EventKind, Listener, emit};
use super::metrics::{self, ConnectionCounts};
use super::mutation::mutated;
use super::settings::{MAX_BACKGROUND_REFRESHES, Settings};
use super::store_client::StoreClient;
use super::sync::{ArcSwap, AtomicBool, AtomicU64, Mutex, MutexGuard};
use crate::client::client::Client;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::store::{Key, Record, StoreError, StoreErrorKind, TokenStore};
use crate::token::lineage::milliseconds;
use crate::util::clock::Clock;

pub(super) struct SharedState<P: Provider> {
    client: ArcSwap<Client<P>>,
    clock: Arc<dyn Clock>,
    pub(super) store: StoreClient,
    pub(super) settings: Settings,
    pub(super) circuit_breaker: CircuitBreaker,
    background: Arc<Semaphore>,
    listener: Option<Listener>,
    entries: Mutex<Entries<P>>,
    provider_doubts: Mutex<ProviderDoubts>,
    receipts: AtomicU64,
    is_closed: AtomicBool,
    closing: watch::Sender<bool>,
    operations: watch::Sender<usize>,
}

struct Entries<P: Provider> {
    by_account: HashMap<Arc<str>, Arc<Entry<P>>>,
    /// Number of entries from which unused ones are evicted.
    evict_at: usize,
}

/// Counts an operation that [`SharedState::drain`] waits for.
pub(super) struct OperationGuard<P: Provider>(Arc<SharedState<P>>);

impl<P: Provider> Drop for OperationGuard<P> {
    fn drop(&mut self) {
        self.0.operations.send_modify(|count| *count -= 1);
    }
}

impl<P: Provider> SharedState<P> {
    pub(super) fn new(
        client: Client<P>,
        store: Arc<dyn TokenStore>,
        settings: Settings,
        listener: Option<Listener>,
    ) -> Self {
        Self {
            clock: Arc::clone(&client.inner().clock),
            client: ArcSwap::from_pointee(client),
            store: StoreClient::new(store, settings.store_deadline, settings.lease),
            circuit_breaker: CircuitBreaker::new(BreakerRules {
                max_calls: settings.max_token_calls,
                refusal_window: settings.refusal_window,
                incident_accounts: settings.incident_accounts,
                spends_first: P::DIALECT.spends_before_checks,
            }),
            background: Arc::new(Semaphore::new(MAX_BACKGROUND_REFRESHES)),
            listener,
            entries: Mutex::new(Entries { by_account: HashMap::new(), evict_at: settings.cache_capacity }),
            provider_doubts: Mutex::default(),
            settings,
            receipts: AtomicU64::new(0),
            is_closed: AtomicBool::new(false),
            closing: watch::channel(false).0,
            operations: watch::channel(0).0,
        }
    }

    pub(super) fn client(&self) -> Client<P> {
        Client::clone(&self.client.load())
    }

    pub(super) fn set_client(&self, client: Client<P>) {
        self.client.store(Arc::new(client));
    }

    pub(super) fn now(&self) -> Now {
        Now::by(&*self.clock)
    }

    pub(super) fn provider_doubts(&self) -> MutexGuard<'_, ProviderDoubts> {
        self.provider_doubts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Numbers a token response.
    pub(super) fn next_receipt(&self) -> u64 {
        self.receipts.fetch_add(1, Ordering::AcqRel) + 1
    }

    /// Returns the number of the last token response.
    pub(super) fn last_receipt(&self) -> u64 {
        self.receipts.load(Ordering::Acquire)
    }

    pub(super) fn emit(&self, key: &Key, generation: Option<u64>, kind: EventKind<'_>) {
        metrics::event(P::NAME, kind.as_str());
        emit(self.listener.as_ref(), &Event { provider: P::NAME, account: &key.account, generation, kind });
    }

    /// Reports a response that nothing the provider declares explains.
    pub(super) fn emit_unrecognized(&self, key: &Key, generation: Option<u64>, error: &Error) {
        if let Some(response) = error.unrecognized_response() {
            self.emit(key, generation, EventKind::UnrecognizedResponse(response));
        }
    }

    /// Returns the account's only entry, created if necessary.
    pub(super) fn entry(&self, account: &str) -> Arc<Entry<P>> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.by_account.get(account) {
            return Arc::clone(entry);
        }
        if entries.by_account.len() >= entries.evict_at {
            // A handle or a flight keeps its entry. A new reference needs this lock.
            entries.by_account.retain(|_, entry| {
                let is_unsaved = || entry.guard().as_ref().is_some_and(|cached| !cached.saved);
                Arc::strong_count(entry) > 1 || entry.state().suspicion.is_some() || is_unsaved()
            });
            entries.evict_at = self.settings.cache_capacity.max(entries.by_account.len() * 2);
        }
        let entry = Arc::new(Entry::new(Key::new(P::NAME, account)));
        entries.by_account.insert(account.into(), Arc::clone(&entry));
        entry
    }

    /// Reports what a token call showed about the provider.
    pub(super) fn emit_turn(&self, key: &Key, turn: Turn, error: Option<&Error>) {
        let kind = match (turn, error) {
            (Turn::Held, Some(error)) => EventKind::ProviderUnavailable(error),
            (Turn::Incident, Some(error)) => EventKind::RefusalIncident(error),
            (Turn::Recovered, _) => EventKind::ProviderRecovered,
            _ => return,
        };
        self.emit(key, None, kind);
    }

    /// Returns a permit for a refresh for which no caller waits, if not too many are running.
    pub(super) fn background_permit(&self) -> Option<OwnedSemaphorePermit> {
        if mutated!(RefreshesAllInBackground) {
            return Arc::new(Semaphore::new(1)).try_acquire_owned().ok();
        }
        Arc::clone(&self.background).try_acquire_owned().ok()
    }

    /// Parses the token of a record.
    ///
    /// # Errors
    /// If it cannot be read, or belongs to another client. That one is no longer cached then.
    pub(super) fn read_record(
        &self,
        entry: &Entry<P>,
        epoch: u64,
        record: &Record,
    ) -> Result<CachedToken<P>, Error> {
        CachedToken::read(record, &self.client(), &self.settings, self.now()).inspect_err(|error| {
            if error.kind() == ErrorKind::ForeignToken {
                // Another client replaced the cached token in the store.
                entry.clear(epoch);
            }
        })
    }

    /// True if the store has a connection that the user has made after this token's, although its ordinal is
    /// not higher: a clock was ahead.
    pub(super) fn is_reconnected(
        &self,
        entry: &Entry<P>,
        current: &CachedToken<P>,
        read: &CachedToken<P>,
    ) -> bool {
        let (newer, older) = (current.token.data.lineage, read.token.data.lineage);
        let now = self.now();
        // The ordinal of a clock that was ahead is not exceeded after a removal, or by a process that did not
        // know of it.
        let present = milliseconds(now.wall);
        let checked_at = milliseconds(now.wall - entry.time_since_check(now.monotonic));
        if older.is_after_its_time() {
            let since = Some(newer.connected_at()).filter(|at| *at <= present).unwrap_or(checked_at);
            newer.is_ahead(now.wall) && (since..=present).contains(&older.connected_at())
        } else {
            // Its time may be the one of the clock that was ahead.
            newer.is_later_than(now.wall) && (checked_at..=present).contains(&older.connected_at())
        }
    }

    /// True if the store has an older connection of the account than this token's: it went back.
    pub(super) fn is_older_connection(
        &self,
        entry: &Entry<P>,
        current: &CachedToken<P>,
        read: &CachedToken<P>,
    ) -> bool {
        let now = self.now();
        // An expired token that cannot be refreshed hides no record: the user may have connected again since.
        let is_useless = current.is_active() && current.has_expired(now) && !current.is_refreshable();
        // Of two processes that connect it at a time, the store has the last.
        read.generation < current.generation
            && current.token.data.lineage.is_later_connection_than(read.token.data.lineage)
            && !self.is_reconnected(entry, current, read)
            && !is_useless
    }

    /// Reports, once, that the store has an older connection, and returns the error for that.
    pub(super) fn older_connection(
        &self,
        entry: &Entry<P>,
        current: &CachedToken<P>,
        read: &CachedToken<P>,
    ) -> Error {
        let message =
            "it holds an older connection of this account than this process does: it went back to a backup";
        let error = Error::from(StoreError::new(StoreErrorKind::Other, message))
            .with_provider(P::NAME)
            .with_help(P::DIALECT.reconnect_help);
        let lost = (current.token.data.lineage, read.token.data.lineage);
        // It stays so until the customer connects again.
        if entry.state().lost_connection.replace(lost) != Some(lost) {
            self.emit(&entry.key, Some(current.generation), EventKind::StoreWentBack(Some(&error)));
        }
        error
    }

    /// Clears the cache after a flight of this epoch found no record, and returns the error for that.
    pub(super) fn clear_missing(&self, entry: &Entry<P>, epoch: u64) -> Error {
        if let Some(removed) = entry.clear(epoch) {
            self.emit(&entry.key, Some(removed), EventKind::Removed);
        }
        entry.not_connected()
    }

    pub(super) fn check_open(&self) -> Result<(), Error> {
        if self.is_closed.load(Ordering::Acquire) {
            return Err(Error::new(ErrorKind::Closed, "the connections were drained").with_provider(P::NAME));
        }
        Ok(())
    }

    /// Counts an operation, unless the connections are closed.
    pub(super) fn begin_operation(self: &Arc<Self>) -> Result<OperationGuard<P>, Error> {
        if mutated!(CountsLate) {
            self.check_open()?;
            self.operations.send_modify(|count| *count += 1);
            return Ok(OperationGuard(Arc::clone(self)));
        }
        self.operations.send_modify(|count| *count += 1);
        let operation = OperationGuard(Arc::clone(self));
        // Counted before the check: either this sees that drain began, or drain sees this operation.
        self.check_open()?;
        Ok(operation)
    }

    /// Sleeps. Returns early with an error if the connections are closed meanwhile.
    pub(super) async fn pause(&self, duration: Duration) -> Result<(), Error> {
        let mut closing = self.closing.subscribe();
        let _ = tokio::time::timeout(duration, closing.wait_for(|closing| *closing)).await;
        self.check_open()
    }

    /// Rejects new operations and waits for the running ones.
    pub(super) async fn drain(&self) {
        self.is_closed.store(true, Ordering::Release);
        self.circuit_breaker.close();
        self.closing.send_replace(true);
        let _ = self.operations.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Counts the connections in memory by state.
    pub(super) fn count_connections(&self) -> ConnectionCounts {
        let (mut counts, now) = (ConnectionCounts::default(), self.now());
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        for entry in entries.by_account.values() {
            let Some(cached) = entry.cached() else { continue };
            match cached.is_active() {
                false => counts.needs_reconnect += 1,
                true if cached.has_expired(now) => counts.expired += 1,
                true => counts.active += 1,
            }
            counts.unsaved += u32::from(!cached.saved);
            counts.refused_unconfirmed += u32::from(entry.state().suspicion.is_some());
        }
        counts
    }

    /// Returns the accounts whose newest token is in memory only.
    pub(super) fn unsaved(&self) -> Vec<String> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries
            .by_account
            .values()
            .filter(|entry| entry.guard().as_ref().is_some_and(|cached| !cached.saved))
            .map(|entry| entry.key.account.clone())
            .collect()
    }
}
