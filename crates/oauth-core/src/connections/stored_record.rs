//! The record that a refresh reads again: cached, or written back if the store has lost a newer one.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::cached_token::{CachedToken, RefreshResult, content};
use super::events::{EventKind, TARGET};
use super::lease::HeldLease;
use super::mutation::mutated;
use super::refresh::RefreshTask;
use crate::error::Error;
use crate::provider::provider::Provider;
use crate::store::{AcquireOutcome, Record, RecordState, SaveOutcome};

impl<P: Provider> RefreshTask<'_, P> {
    pub(super) async fn load(&self) -> RefreshResult<P> {
        match self.shared.store.load(&self.entry.key).await.map_err(self.store_error())? {
            Some(record) => self.adopt(record, None).await,
            None => Err(self.shared.clear_missing(self.entry, self.epoch)),
        }
    }

    /// Caches the token of a record, unless the cached one is newer. If the store has lost that one, it is
    /// written back.
    pub(super) async fn adopt(&self, mut record: Record, lease: Option<&HeldLease>) -> RefreshResult<P> {
        let entry = self.entry;
        loop {
            let read = self.shared.read_record(entry, self.epoch, &record)?;
            let Some(current) = entry.cached() else { return entry.publish(self.epoch, read) };
            let (newer, older) = (current.token.data.lineage, read.token.data.lineage);
            let is_older_connection = self.shared.is_older_connection(entry, &current, &read);
            if !current.saved && !is_older_connection {
                // The user has connected again since.
                let is_reconnected = older.is_later_connection_than(newer)
                    || (!older.is_same_connection(newer)
                        && self.shared.is_reconnected(entry, &current, &read));
                return match is_reconnected {
                    true => entry.publish_stored(self.epoch, read),
                    false => entry.publish(self.epoch, read),
                };
            }
            if entry.state().epoch != self.epoch {
                return Ok(current);
            }
            // Not if this process knows that the token is dead, and could not store it.
            let is_revived = !current.is_active() && read.is_active();
            if current.generation == read.generation && newer.is_same_token(older) && !is_revived {
                let is_unchanged =
                    current.state == read.state && !current.was_cached_ahead(self.shared.now());
                entry.mark_checked();
                return if is_unchanged { Ok(current) } else { entry.publish_stored(self.epoch, read) };
            }
            // A dead token that another process has written back is as dead.
            let went_back = is_older_connection
                || newer.descends_from(older)
                || (is_revived && newer.is_same_token(older));
            if !went_back || mutated!(WritesNothingBack) {
                return entry.publish_stored(self.epoch, read);
            }
            match self.write_back(&current, read, lease).await? {
                Ok(cached) => return Ok(cached),
                Err(superseding) => record = superseding,
            }
        }
    }

    /// Handles a store that holds an older record than this process: it went back to a backup, or to a
    /// replica that lagged behind. Returns the record of another process that did so first.
    async fn write_back(
        &self,
        current: &CachedToken<P>,
        read: CachedToken<P>,
        lease: Option<&HeldLease>,
    ) -> Result<Result<Arc<CachedToken<P>>, Record>, Error> {
        let (shared, entry, key) = (self.shared, self.entry, &self.entry.key);
        if !current.token.data.lineage.is_same_connection(read.token.data.lineage) {
            self.is_reported.store(true, Ordering::Relaxed);
            return Err(shared.older_connection(entry, current, &read));
        }
        if !current.is_active() {
            // The stored token was spent, and its successor is dead; or the verdict could not be stored.
            if read.state != current.state
                && let Err(error) = self.store_verdict(&read, current.state, lease).await
            {
                tracing::debug!(target: TARGET, "{key}: the verdict was not stored: {error}");
            }
            // Another process may write back one that is newer than the stored token, and spent all the same.
            return entry.publish_stored(self.epoch, current.at_generation(read.generation)).map(Ok);
        }
        let mut token = current.token.clone();
        token.data.lineage = token.data.lineage.written_back();
        let content = content(&token, &shared.settings)?.replaced_generation(current.generation);
        match shared.store.save(key, read.generation, content).await.map_err(self.store_error())? {
            SaveOutcome::Accepted { generation } => {
                shared.emit(key, Some(generation), EventKind::StoreWentBack(None));
                let now = shared.now();
                let mut state = entry.state();
                let first_refused_at = state.suspicion.map(|suspicion| suspicion.first_refused_at);
                if first_refused_at.is_some_and(|at| shared.circuit_breaker.ended_incident_since(at)) {
                    // The refusals were about the provider.
                    state.suspicion = None;
                } else if let Some(suspicion) = &mut state.suspicion {
                    // Another process may hold a newer token, and writes that back at its next read.
                    (suspicion.first_refused_at, suspicion.is_final) = (now.monotonic, false);
                }
                drop(state);
                let cached =
                    CachedToken::new(token, generation, RecordState::Active, true, &shared.settings, now)?;
                entry.publish(self.epoch, cached).map(Ok)
            }
            SaveOutcome::Superseded { record } => Ok(Err(record)),
            SaveOutcome::Missing => Err(shared.clear_missing(entry, self.epoch)),
        }
    }

    /// Stores a verdict of this process about the token of a record. If another process has the lease, it
    /// finds out itself.
    async fn store_verdict(
        &self,
        read: &CachedToken<P>,
        verdict: RecordState,
        lease: Option<&HeldLease>,
    ) -> Result<(), Error> {
        let (store, key) = (&self.shared.store, &self.entry.key);
        if let Some(lease) = lease {
            let set = store.set_state(key, lease.fence, read.generation, verdict).await;
            return set.map(drop).map_err(self.store_error());
        }
        let acquired = store.acquire(key).await.map_err(self.store_error())?;
        if let AcquireOutcome::Granted { fence, .. } = acquired {
            let set = store.set_state(key, fence, read.generation, verdict).await;
            store.release(key, fence).await;
            set.map_err(self.store_error())?;
        }
        Ok(())
    }
}
