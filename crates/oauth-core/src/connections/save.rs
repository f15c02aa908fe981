//! Saving of a refreshed token, retried until it succeeds.

use std::sync::Arc;

use super::cached_token::{CachedToken, RefreshResult, content};
use super::entry::Entry;
use super::events::{EventKind, TARGET};
use super::lease::HeldLease;
use super::mutation::mutated;
use super::shared_state::SharedState;
use super::single_flight::Flight;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::store::{RecordState, SaveOutcome};
use crate::token::token::Token;

pub(super) struct TokenSaver<'a, P: Provider> {
    pub(super) shared: &'a SharedState<P>,
    pub(super) entry: &'a Entry<P>,
    pub(super) epoch: u64,
    pub(super) early: &'a Flight<Arc<CachedToken<P>>>,
}

impl<P: Provider> TokenSaver<'_, P> {
    /// Saves the token, then publishes it. A token that cannot be saved is published early while saving is
    /// retried: it may hold the only valid refresh token.
    pub(super) async fn save(
        &self,
        mut lease: HeldLease,
        from: &CachedToken<P>,
        mut token: Token<P>,
    ) -> RefreshResult<P> {
        let key = &self.entry.key;
        let receipt = self.shared.next_receipt();
        let mut pauses = self.shared.settings.saves();
        let mut tries = 0;
        let mut base = from.generation;
        let mut is_lease_lost = false;
        loop {
            let is_late = is_lease_lost || lease.age(self.shared.now()) >= self.shared.settings.lease;
            let is_overtaken = (is_late && !mutated!(ForgetsLateSave)) || token.data.lineage.is_overtaken();
            token.data.lineage = from.token.data.lineage.next(is_overtaken);
            let content = match content(&token, &self.shared.settings) {
                Ok(content) if base == from.generation => content,
                Ok(content) => content.replaced_generation(from.generation),
                Err(error) => {
                    self.shared.emit(key, Some(from.generation + 1), EventKind::SaveFailed(&error));
                    return self.publish(token, from.generation + 1, receipt, false);
                }
            };
            let error = match self.shared.store.save(key, base, content.clone()).await {
                Ok(SaveOutcome::Accepted { generation }) => {
                    return self.publish_saved(token, generation, receipt);
                }
                Ok(SaveOutcome::Superseded { record }) => {
                    let read = match self.shared.read_record(self.entry, self.epoch, &record) {
                        Err(error) if error.kind() == ErrorKind::Store => {
                            // A damaged record is replaced by no save.
                            self.shared.emit(key, Some(from.generation + 1), EventKind::SaveFailed(&error));
                            return self.publish(token, from.generation + 1, receipt, false);
                        }
                        read => read?,
                    };
                    if read.is_active() && read.token.access_token() == token.access_token() {
                        // The store's response to the last attempt was lost.
                        return self.publish_saved(token, record.generation, receipt);
                    }
                    let (new, stored) = (token.data.lineage, read.token.data.lineage);
                    if self.shared.is_older_connection(self.entry, from, &read) {
                        // Used while it is valid. A token of another connection cannot be written back.
                        let cached = self.publish(token, from.generation + 1, receipt, false)?;
                        return Err(self.shared.older_connection(self.entry, &cached, &read));
                    }
                    if !new.descends_from(stored) {
                        return self.entry.publish_stored(self.epoch, read);
                    }
                    // The store went back, to a predecessor of this token.
                    base = record.generation;
                    self.shared.emit(key, Some(from.generation + 1), EventKind::StoreWentBack(None));
                    continue;
                }
                Ok(SaveOutcome::Missing) => {
                    let removed = self.shared.clear_missing(self.entry, self.epoch);
                    return Err(match removed.kind() {
                        ErrorKind::NotConnected => removed.during("saving the refreshed token"),
                        _ => removed,
                    });
                }
                Err(error) => Error::from(error).with_provider(P::NAME),
            };
            if mutated!(SavesOnce) {
                return self.publish(token, from.generation + 1, receipt, false);
            }
            if mutated!(IgnoresFailedSave) {
                return self.publish_saved(token, from.generation + 1, receipt);
            }
            tries += 1;
            // Not each time: the store may be down for hours.
            if u32::is_power_of_two(tries) {
                self.shared.emit(key, Some(from.generation + 1), EventKind::SaveFailed(&error));
            }
            self.entry.state().last_failure = Some(error);
            if tries == 1 {
                let cached = self.publish(token.clone(), from.generation + 1, receipt, false)?;
                self.early.publish_early(cached);
            }
            // Drain does not shorten this pause; it waits for the save.
            tokio::time::sleep(pauses.next().unwrap_or(self.shared.settings.save_retry.1)).await;
            // Keeps other holders from sending the spent refresh token. The save does not need the lease.
            let renewed_at = self.shared.now();
            match self.shared.store.renew(key, lease.fence).await {
                Ok(true) => lease.requested_at = renewed_at,
                Ok(false) => is_lease_lost = true,
                Err(error) => {
                    let fence = lease.fence;
                    tracing::debug!(target: TARGET, fence, "{key}: the lease was not extended: {error}");
                }
            }
        }
    }

    fn publish_saved(&self, token: Token<P>, generation: u64, receipt: u64) -> RefreshResult<P> {
        let cached = self.publish(token, generation, receipt, true)?;
        self.shared.emit(&self.entry.key, Some(generation), EventKind::Refreshed);
        Ok(cached)
    }

    fn publish(&self, token: Token<P>, generation: u64, receipt: u64, saved: bool) -> RefreshResult<P> {
        let Self { shared, entry, epoch, .. } = self;
        let cached =
            CachedToken::new(token, generation, RecordState::Active, saved, &shared.settings, shared.now())?;
        entry.publish(*epoch, cached.with_receipt(receipt))
    }
}
