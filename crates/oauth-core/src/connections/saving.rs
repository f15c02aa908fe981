//! Saving a refreshed token, for as long as it takes.

use std::sync::Arc;

use super::cell::Landed;
use super::event::{EventKind, TARGET};
use super::live::{Live, content};
use super::renewing::Task;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::store::{RecordState, SaveOutcome};
use crate::token::token::Token;

impl<P: Provider> Task<'_, P> {
    /// Saves, then publishes. A token that cannot be saved is published all the same, and saving it goes on: it may hold
    /// the only live refresh token there is.
    pub(super) async fn save(&self, fence: u64, from: &Live<P>, token: Token<P>) -> Landed<P> {
        let content = match content(&token, &self.shared.settings) {
            Ok(content) => content,
            Err(error) => {
                self.shared.tell(&self.cell.key, Some(from.generation + 1), EventKind::SaveFailed(&error));
                return self.publish(token, from.generation + 1, false);
            }
        };
        let key = &self.cell.key;
        let mut pauses = self.shared.settings.saves();
        let mut tried = false;
        loop {
            let error = match self.shared.store.save(key, from.generation, content.clone()).await {
                Ok(SaveOutcome::Accepted { generation }) => {
                    let live = self.publish(token, generation, true)?;
                    self.shared.tell(key, Some(generation), EventKind::Refreshed);
                    return Ok(live);
                }
                // Somebody's fresh connection, or this very content if the answer to the last attempt was lost.
                Ok(SaveOutcome::Superseded { record }) => {
                    return self.shared.take(self.cell, self.era, &record);
                }
                Ok(SaveOutcome::Missing) => {
                    let removed = self.shared.lose(self.cell, self.era);
                    return Err(match removed.kind() {
                        ErrorKind::NotConnected => removed.during("saving the refreshed token"),
                        _ => removed,
                    });
                }
                Err(error) => Error::from(error).with_provider(P::NAME),
            };
            self.shared.tell(key, Some(from.generation + 1), EventKind::SaveFailed(&error));
            self.cell.slot().failure = Some(error);
            if !tried {
                tried = true;
                let live = self.publish(token.clone(), from.generation + 1, false)?;
                self.early.land(&live);
            }
            // Not cut short by the end of the connections: they wait for this.
            tokio::time::sleep(pauses.next().unwrap_or(self.shared.settings.save_retry.1)).await;
            // So that nobody tries the spent refresh token meanwhile. Losing the lease does not stop the save.
            if let Err(error) = self.shared.store.renew(key, fence).await {
                tracing::debug!(target: TARGET, fence, "{key}: the lease was not lengthened: {error}");
            }
        }
    }

    fn publish(&self, token: Token<P>, generation: u64, saved: bool) -> Result<Arc<Live<P>>, Error> {
        let Task { shared, cell, era, .. } = self;
        let live = Live::new(token, generation, RecordState::Active, saved, &shared.settings, shared.now())?;
        cell.publish(*era, live)
    }
}
