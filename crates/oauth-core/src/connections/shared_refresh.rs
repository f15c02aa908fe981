//! A refresh that all callers of an account share: when one starts, and what each caller gets.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use tracing::Span;

use super::cached_token::{CachedToken, RefreshResult};
use super::circuit_breaker::Judgement;
use super::entry::{Entry, EntryState};
use super::events::EventKind;
use super::metrics;
use super::mutation::mutated;
use super::need::Need;
use super::refresh::RefreshTask;
use super::shared_state::{OperationGuard, SharedState};
use super::single_flight::{Flight, Landing, Ticket, flight};
use super::suspicion::unconfirmed;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;

/// Clears the entry's flight when the task ends, also by a panic or with its runtime.
struct RefreshFlight<P: Provider> {
    shared: Arc<SharedState<P>>,
    entry: Arc<Entry<P>>,
    flight: Flight<Arc<CachedToken<P>>>,
    is_done: bool,
    /// The last call before this flight.
    last_call: Option<(u64, bool)>,
    _operation: OperationGuard<P>,
    /// Held by a flight that no caller waits for.
    _background: Option<OwnedSemaphorePermit>,
}

impl<P: Provider> Drop for RefreshFlight<P> {
    fn drop(&mut self) {
        if self.is_done || mutated!(KeepsEndedFlight) {
            return;
        }
        let mut state = self.entry.state();
        state.flight = None;
        let is_unanswered =
            state.last_call != self.last_call && state.last_call.is_some_and(|(_, is_answered)| !is_answered);
        drop(state);
        if is_unanswered {
            let generation = self.entry.cached().map(|cached| cached.generation);
            self.shared.emit(&self.entry.key, generation, EventKind::RefreshInterrupted);
        }
    }
}

/// Joins the flight of this account, or starts one.
pub(super) fn join_or_start<P: Provider>(
    shared: &Arc<SharedState<P>>,
    entry: &Arc<Entry<P>>,
    mut need: Need,
    background: Option<OwnedSemaphorePermit>,
) -> Result<Ticket<Arc<CachedToken<P>>>, Error> {
    let runtime = Handle::try_current().map_err(|source| {
        Error::new(ErrorKind::Setup, "there is no tokio runtime to refresh in")
            .with_provider(P::NAME)
            .with_help("call this inside a tokio runtime with timers")
            .with_source(source)
    })?;
    let operation = shared.begin_operation()?;
    let mut state = entry.state();
    if let Some(ticket) = &state.flight {
        return Ok(ticket.clone());
    }
    if mutated!(StartsInTwoSteps) {
        drop(state);
        state = entry.state();
    }
    let now = Instant::now();
    if let Some(failure) = waits_after(&state, shared, entry, now) {
        // No call to the provider meanwhile, but another process may have saved a new token.
        let may_reload = failure.kind() != ErrorKind::Store
            && (matches!(need, Need::Reload) || entry.is_stale(now, shared.settings.revalidate));
        if !may_reload {
            return Err(failure);
        }
        need = Need::Reload;
    }
    let (flight, ticket) = flight();
    state.flight = Some(ticket.clone());
    let (epoch, last_call) = (state.epoch, state.last_call);
    drop(state);
    let flight = RefreshFlight {
        shared: Arc::clone(shared),
        entry: Arc::clone(entry),
        flight,
        is_done: false,
        last_call,
        _operation: operation,
        _background: background,
    };
    let requested_by = Span::current();
    runtime.spawn(async move {
        let task = RefreshTask::new(&flight.shared, &flight.entry, epoch, need, &flight.flight);
        let result = task.run(requested_by).await;
        flight.land(result, need);
    });
    Ok(ticket)
}

/// Returns the failure after which no call is made yet.
fn waits_after<P: Provider>(
    state: &EntryState<P>,
    shared: &SharedState<P>,
    entry: &Entry<P>,
    now: Instant,
) -> Option<Error> {
    let suspicion = entry.cached().and_then(|cached| state.suspicion_about(&cached));
    let judgement = suspicion.map(|suspicion| shared.circuit_breaker.judge(&suspicion, &entry.key.account));
    if let Some(Judgement::Wait(left)) = judgement {
        return Some(unconfirmed::<P>(left));
    }
    let failure = state.last_failure.as_ref()?;
    // The first flight reads the store: another process may have saved a new token.
    if let Err(held_back) = shared.circuit_breaker.check() {
        return Some(held_back.with_provider(P::NAME));
    }
    let left = state.backoff_until?.saturating_duration_since(now);
    if left.is_zero() {
        return None;
    }
    let failure = failure.copied();
    Some(if failure.retry_after().is_some() { failure.with_retry_after(Some(left)) } else { failure })
}

/// Waits for a flight that meets the need.
pub(super) async fn wait_for<P: Provider>(
    shared: &Arc<SharedState<P>>,
    entry: &Arc<Entry<P>>,
    need: Need,
) -> RefreshResult<P> {
    let receipt = shared.last_receipt();
    let is_met =
        |cached: &CachedToken<P>| need.is_met_by(cached, shared.now()) || need.is_met_by_new(cached, receipt);
    // The first flight may have been started for a lesser need.
    for _ in 0..3 {
        let ticket = join_or_start(shared, entry, need, None)?;
        let _waiting = metrics::waiting_caller(P::NAME);
        // Saving an unsaved token may take forever, so callers do not wait for it.
        let cached = match ticket.landing(|cached| is_met(cached) || !cached.saved).await {
            Landing::Early(cached) | Landing::Done(Ok(cached)) => cached,
            Landing::Done(Err(error)) => {
                // The flight may have published a usable token early and failed before this task ran.
                return match entry.cached() {
                    Some(cached) if !matches!(need, Need::Reload) && is_met(&cached) => Ok(cached),
                    _ => Err(error),
                };
            }
            Landing::Interrupted => continue,
        };
        if is_met(&cached) {
            return Ok(cached);
        }
        if !cached.saved {
            return Err(unsaved::<P>());
        }
        if !cached.is_refreshable() {
            return Err(cached.unusable());
        }
    }
    Err(Error::new(ErrorKind::Busy, "the token could not be refreshed meanwhile").with_provider(P::NAME))
}

fn unsaved<P: Provider>() -> Error {
    Error::new(ErrorKind::Store, "the newest token is not saved yet, so it cannot be refreshed")
        .with_provider(P::NAME)
        .with_help("check the store; saving is retried automatically")
}

impl<P: Provider> RefreshFlight<P> {
    fn land(mut self, result: RefreshResult<P>, need: Need) {
        if mutated!(WakesWaitersEarly) {
            self.flight.land(result.as_ref().map(Arc::clone).map_err(Error::copied));
        }
        {
            let mut state = self.entry.state();
            state.flight = None;
            self.is_done = true;
            match &result {
                // Only a new token ends the backoff, not a successful read of the store.
                Ok(cached) if matches!(need, Need::Reload) && cached.is_due(self.shared.now()) => {}
                Ok(cached) => {
                    state.clear_failures();
                    // A newer token, or a verdict, ends the suspicion.
                    state.suspicion = state.suspicion_about(cached).filter(|_| cached.is_active());
                }
                Err(error) => state.record_failure(error, self.shared.circuit_breaker.check().is_err()),
            }
        }
        // Sent last, so that a woken caller does not join this flight again.
        self.flight.land(result);
    }
}
