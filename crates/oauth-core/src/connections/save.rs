//! Saving of a refreshed token, retried until it succeeds.

use super::cached_token::{CachedToken, content};
use super::entry::Entry;
use super::events::{EventKind, TARGET};
use super::progress::{EarlyPublisher, RefreshResult};
use super::shared_state::SharedState;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::store::{RecordState, SaveOutcome};
use crate::token::token::Token;

pub(super) struct TokenSaver<'a, P: Provider> {
    pub(super) shared: &'a SharedState<P>,
    pub(super) entry: &'a Entry<P>,
    pub(super) epoch: u64,
    pub(super) early: &'a EarlyPublisher<'a, P>,
}

impl<P: Provider> TokenSaver<'_, P> {
    /// Saves the token, then publishes it. A token that cannot be saved is published early while saving is
    /// retried: it may hold the only valid refresh token.
    pub(super) async fn save(&self, fence: u64, from: &CachedToken<P>, token: Token<P>) -> RefreshResult<P> {
        let content = match content(&token, &self.shared.settings) {
            Ok(content) => content,
            Err(error) => {
                self.shared.emit(&self.entry.key, Some(from.generation + 1), EventKind::SaveFailed(&error));
                return self.publish(token, from.generation + 1, self.shared.next_receipt(), false);
            }
        };
        let key = &self.entry.key;
        let receipt = self.shared.next_receipt();
        let mut pauses = self.shared.settings.saves();
        let mut tried = false;
        loop {
            let error = match self.shared.store.save(key, from.generation, content.clone()).await {
                Ok(SaveOutcome::Accepted { generation }) => {
                    return self.publish_saved(token, generation, receipt);
                }
                // The store's response to the last attempt was lost.
                Ok(SaveOutcome::Superseded { record })
                    if record.state == RecordState::Active && record.content.bytes() == content.bytes() =>
                {
                    return self.publish_saved(token, record.generation, receipt);
                }
                Ok(SaveOutcome::Superseded { record }) => {
                    return self.shared.cache_record(self.entry, self.epoch, &record);
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
            self.shared.emit(key, Some(from.generation + 1), EventKind::SaveFailed(&error));
            self.entry.state().last_failure = Some(error);
            if !tried {
                tried = true;
                let cached = self.publish(token.clone(), from.generation + 1, receipt, false)?;
                self.early.publish_early(&cached);
            }
            // Drain does not shorten this pause; it waits for the save.
            tokio::time::sleep(pauses.next().unwrap_or(self.shared.settings.save_retry.1)).await;
            // Keeps other holders from sending the spent refresh token. The save does not need the lease.
            if let Err(error) = self.shared.store.renew(key, fence).await {
                tracing::debug!(target: TARGET, fence, "{key}: the lease was not extended: {error}");
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
