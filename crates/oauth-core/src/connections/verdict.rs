//! The verdict about a refusal: wait for more evidence, or have the customer connect again.

use std::sync::Arc;

use super::cached_token::CachedToken;
use super::circuit_breaker::Permit;
use super::events::EventKind;
use super::lease::HeldLease;
use super::mutation::mutated;
use super::need::Need;
use super::refresh::{RefreshTask, Step};
use super::suspicion::{Suspicion, unconfirmed};
use crate::error::reconnect_reason::ReconnectReason;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::store::RecordState;

impl<P: Provider> RefreshTask<'_, P> {
    /// Decides whether the customer has to connect again, or whether to wait for more evidence.
    pub(super) async fn grant_refused(
        &self,
        lease: &HeldLease,
        cached: &CachedToken<P>,
        in_doubt: bool,
        error: Error,
        permit: Permit<'_>,
    ) -> Result<Step<P>, Error> {
        let circuit_breaker = &self.shared.circuit_breaker;
        let now = self.shared.now();
        let earlier = self.entry.state().suspicion_about(cached);
        let was_in_doubt = earlier.is_some_and(|one| one.reason == ReconnectReason::OutcomeUnknown);
        let is_in_doubt = in_doubt || was_in_doubt || cached.token.data.lineage.is_overtaken();
        let reason = if is_in_doubt && !mutated!(NamesNoDoubt) {
            ReconnectReason::OutcomeUnknown
        } else if cached.token.lapses_at().is_some_and(|at| at <= now.wall) {
            ReconnectReason::Lapsed
        } else {
            ReconnectReason::Revoked
        };
        let accepted_before = earlier.map_or_else(|| circuit_breaker.accepted(), |one| one.accepted_before);
        let is_confirmed = circuit_breaker.has_accepted_enough_since(accepted_before);
        let turn = circuit_breaker.record_grant_refused(&permit, &self.entry.key.account, is_confirmed);
        drop(permit);
        self.shared.emit_turn(&self.entry.key, turn, Some(&error));
        let first_refused_at = earlier.map_or(now.monotonic, |one| one.first_refused_at);
        let is_new_window = circuit_breaker.ended_incident_since(first_refused_at);
        let is_final = circuit_breaker.is_final(first_refused_at);
        {
            let mut state = self.entry.state();
            state.last_call = None;
            state.suspicion = Some(Suspicion {
                lineage: cached.token.data.lineage,
                // Refused after the incident too: the window begins anew.
                first_refused_at: if is_new_window { now.monotonic } else { first_refused_at },
                last_refused_at: now.monotonic,
                accepted_before,
                reason,
                is_final,
            });
        }
        if is_final {
            // If the state cannot be stored, the lease may be lost, and another holder may have sent this
            // refresh token.
            let unstored = ReconnectReason::OutcomeUnknown;
            return self.mark_needs_reconnect(lease, cached, reason, unstored, error).await;
        }
        self.clear_intent(lease, cached, in_doubt).await;
        Err(unconfirmed::<P>(self.shared.settings.refusal_window).with_source(error))
    }

    pub(super) async fn not_refreshable(
        &self,
        lease: &HeldLease,
        cached: &Arc<CachedToken<P>>,
    ) -> Result<Step<P>, Error> {
        match self.need {
            // Another token than the rejected one, and as useless.
            Need::ReplaceRejected(rejected) if cached.replaces(rejected) => Err(cached.unusable()),
            Need::ReplaceRejected(_) => {
                let error =
                    Error::new(ErrorKind::TokenRefused, "the token was refused, and cannot be refreshed")
                        .with_provider(P::NAME)
                        .needing_reconnect(P::DIALECT.reconnect_help);
                let reason = ReconnectReason::TokenRefused;
                self.mark_needs_reconnect(lease, cached, reason, reason, error).await
            }
            Need::Replace(_) | Need::ReplaceListed(_) => {
                Err(Error::invalid_input("the token came without a refresh token")
                    .with_provider(P::NAME)
                    .with_help(P::DIALECT.reconnect_help))
            }
            Need::Reload | Need::Valid => Ok(Step::Done(Ok(Arc::clone(cached)))),
        }
    }

    /// Stores that the customer has to connect again. If the store fails, reports `unstored` as the reason.
    pub(super) async fn mark_needs_reconnect(
        &self,
        lease: &HeldLease,
        cached: &CachedToken<P>,
        reason: ReconnectReason,
        unstored: ReconnectReason,
        error: Error,
    ) -> Result<Step<P>, Error> {
        let at = self.shared.now().wall;
        let state = RecordState::NeedsReconnect { reason, at };
        let stored =
            self.shared.store.set_state(&self.entry.key, lease.fence, cached.generation, state).await;
        let reason = match stored {
            Ok(true) => reason,
            // Another holder has the lease, or a newer token was saved.
            Ok(false) => return Ok(Step::Retry),
            Err(_) => unstored,
        };
        // Cached even if the store failed. Otherwise every caller would send the dead token again.
        let state = RecordState::NeedsReconnect { reason, at };
        let current = self.entry.publish(self.epoch, cached.with_state(state))?;
        if current.replaces(cached.version()) {
            return Ok(Step::Done(Ok(current)));
        }
        self.shared.emit(&self.entry.key, Some(cached.generation), EventKind::NeedsReconnect(reason));
        Err(Error::new(ErrorKind::NeedsReconnect(reason), reason.to_string())
            .with_provider(P::NAME)
            .needing_reconnect(P::DIALECT.reconnect_help)
            .with_source(error))
    }
}
