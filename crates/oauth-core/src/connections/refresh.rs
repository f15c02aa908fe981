//! Steps of a refresh: take the lease, read the record again, record the intent, call, save, publish.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::Instant;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use super::cached_token::{CachedToken, RefreshResult};
use super::circuit_breaker::{Judgement, Permit, names_known_code};
use super::entry::Entry;
use super::events::{EventKind, TARGET};
use super::lease::HeldLease;
use super::metrics;
use super::mutation::mutated;
use super::need::Need;
use super::save::TokenSaver;
use super::settings::Settings;
use super::shared_state::SharedState;
use super::single_flight::Flight;
use super::suspicion::unconfirmed;
use crate::error::reconnect_reason::ReconnectReason;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::provider::renewal::Renewal;
use crate::store::{AcquireOutcome, Intent, Record, RecordState, StoreError, StoreErrorKind};
use crate::token::token::Token;
use crate::util::deadline::within;

/// Work of one flight.
pub(super) struct RefreshTask<'a, P: Provider> {
    pub(super) shared: &'a SharedState<P>,
    pub(super) entry: &'a Entry<P>,
    pub(super) epoch: u64,
    pub(super) need: Need,
    early: &'a Flight<Arc<CachedToken<P>>>,
    /// No token call starts after this.
    deadline: Instant,
    /// True if an event has reported this task's failure already.
    pub(super) is_reported: AtomicBool,
}

/// Result of the steps under a lease.
pub(super) enum Step<P: Provider> {
    Done(RefreshResult<P>),
    /// The lease was lost, either before the call or before its outcome was recorded.
    Retry,
}

enum Plan<P: Provider> {
    UseCurrent(Arc<CachedToken<P>>),
    Replace(Arc<CachedToken<P>>),
}

impl<'a, P: Provider> RefreshTask<'a, P> {
    pub(super) fn new(
        shared: &'a SharedState<P>,
        entry: &'a Entry<P>,
        epoch: u64,
        need: Need,
        early: &'a Flight<Arc<CachedToken<P>>>,
    ) -> Self {
        let deadline = Instant::now() + shared.settings.refresh_deadline;
        Self { shared, entry, epoch, need, early, deadline, is_reported: AtomicBool::new(false) }
    }

    /// Runs the task for the caller of the span `requested_by`, and for all that joined.
    pub(super) async fn run(&self, requested_by: Span) -> RefreshResult<P> {
        match self.plan().await {
            Ok(Plan::UseCurrent(cached)) => Ok(cached),
            Ok(Plan::Replace(cached)) => {
                let reason = self.reason(&cached);
                let span = self.span(&cached, reason);
                // Not a child span: this task may outlive its first caller, and serves others too.
                span.follows_from(&requested_by);
                drop((requested_by, cached));
                let result = async { self.refresh().await.inspect_err(|error| self.emit_failure(error)) }
                    .instrument(span)
                    .await;
                let outcome = result.as_ref().map_or_else(|error| error.kind().as_str(), |_| "refreshed");
                metrics::refresh_ended(P::NAME, reason, outcome);
                result
            }
            Err(error) => {
                self.emit_failure(&error);
                Err(error)
            }
        }
    }

    async fn plan(&self) -> Result<Plan<P>, Error> {
        let current = self.entry.cached();
        // For a cached token that needs a refresh, acquiring the lease reads the record anyway.
        let due = current.filter(|cached| cached.is_refreshable() && self.needs_refresh(cached));
        let cached = match due {
            Some(cached) if self.shared.circuit_breaker.check().is_ok() => cached,
            _ => {
                let cached = self.load().await?;
                let is_enough = !self.needs_refresh(&cached)
                    || (matches!(self.need, Need::Valid) && !cached.is_refreshable());
                if is_enough {
                    return Ok(Plan::UseCurrent(cached));
                }
                if matches!(self.need, Need::Valid) && cached.is_usable(self.shared.now()) {
                    // Due but still valid: callers need not wait for the refresh.
                    self.early.publish_early(Arc::clone(&cached));
                }
                cached
            }
        };
        if P::Renewal::REFRESHES {
            self.held_back(self.shared.circuit_breaker.check())?;
        }
        Ok(Plan::Replace(cached))
    }

    fn reason(&self, cached: &CachedToken<P>) -> &'static str {
        match self.need {
            Need::Reload | Need::Valid if cached.has_expired(self.shared.now()) => "expired",
            Need::Reload | Need::Valid => "due",
            Need::ReplaceRejected(_) => "token_refused",
            Need::Replace(_) | Need::ReplaceListed(_) => "asked",
        }
    }

    fn span(&self, cached: &CachedToken<P>, reason: &'static str) -> Span {
        tracing::info_span!(
            target: TARGET,
            parent: None,
            "refresh",
            provider = P::NAME,
            account = self.entry.key.account.as_str(),
            generation = cached.generation,
            reason,
            fence = Empty,
        )
    }

    /// Notes that the provider's trouble ended this task.
    fn held_back<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        result.map_err(|error| {
            self.is_reported.store(true, Ordering::Relaxed);
            error.with_provider(P::NAME)
        })
    }

    /// State changes are reported by the code that detects them, trouble of the provider by the call that
    /// showed it. A reload changes nothing.
    fn emit_failure(&self, error: &Error) {
        let is_reported = matches!(
            error.kind(),
            ErrorKind::NeedsReconnect(_) | ErrorKind::NotConnected | ErrorKind::Closed
        );
        let is_reported = is_reported || self.is_reported.load(Ordering::Relaxed);
        if !is_reported && !matches!(self.need, Need::Reload) {
            let generation = self.entry.cached().map(|cached| cached.generation);
            self.shared.emit(&self.entry.key, generation, EventKind::RefreshFailed(error));
        }
    }

    /// True if this token has to be replaced. A valid token that is due meets the need and is replaced all
    /// the same.
    pub(super) fn needs_refresh(&self, cached: &CachedToken<P>) -> bool {
        let now = self.shared.now();
        let is_due = matches!(self.need, Need::Valid) && cached.is_due(now);
        cached.is_active() && (is_due || !self.need.is_met_by(cached, now))
    }

    pub(super) fn store_error(&self) -> impl Fn(StoreError) -> Error {
        |error| Error::from(error).with_provider(P::NAME)
    }

    async fn refresh(&self) -> RefreshResult<P> {
        let mut polls = self.shared.settings.polls();
        loop {
            self.shared.check_open()?;
            let permit = match self.permit().await {
                Ok(permit) => permit,
                Err(error) => {
                    // Another process may have saved a new token while this one waited.
                    let cached = self.load().await?;
                    return if self.needs_refresh(&cached) { Err(error) } else { Ok(cached) };
                }
            };
            let requested_at = self.shared.now();
            match self.shared.store.acquire(&self.entry.key).await.map_err(self.store_error())? {
                AcquireOutcome::Missing => {
                    return Err(self.shared.clear_missing(self.entry, self.epoch));
                }
                AcquireOutcome::Held { for_another, record } => {
                    drop(permit);
                    // A token that the holder has saved already can be used without the lease.
                    let cached = self.adopt(record, None).await?;
                    if !self.needs_refresh(&cached) {
                        return Ok(cached);
                    }
                    metrics::lease_wait(P::NAME);
                    let poll = polls.next().unwrap_or(Duration::from_secs(1));
                    tracing::trace!(target: TARGET, left = ?for_another, "another holder has the lease");
                    self.wait(poll.min(for_another.saturating_add(Duration::from_millis(1)))).await?;
                }
                AcquireOutcome::Granted { fence, record } => {
                    let lease = HeldLease { fence, requested_at };
                    Span::current().record("fence", fence);
                    let step = self.refresh_with_lease(lease, record, permit).await;
                    self.shared.store.release(&self.entry.key, fence).await;
                    match step {
                        Ok(Step::Done(result)) => return result,
                        Ok(Step::Retry) => self.wait(polls.next().unwrap_or_default()).await?,
                        Err(error) => return Err(error),
                    }
                }
            }
        }
    }

    async fn permit(&self) -> Result<Permit<'a>, Error> {
        match tokio::time::timeout_at(self.deadline, self.shared.circuit_breaker.permit()).await {
            Ok(permit) => self.held_back(permit),
            Err(_) => Err(busy::<P>()),
        }
    }

    /// Waits for another holder. Fails if that would exceed the deadline.
    async fn wait(&self, duration: Duration) -> Result<(), Error> {
        if Instant::now() + duration > self.deadline {
            return Err(busy::<P>());
        }
        self.shared.pause(duration).await
    }

    async fn refresh_with_lease(
        &self,
        mut lease: HeldLease,
        record: Record,
        mut permit: Permit<'a>,
    ) -> Result<Step<P>, Error> {
        let (generation, intent) = (record.generation, record.intent);
        let cached = self.adopt(record, Some(&lease)).await?;
        if cached.generation != generation || (!self.needs_refresh(&cached) && !mutated!(ChecksTokenOnce)) {
            return Ok(Step::Done(Ok(cached)));
        }
        if !cached.is_refreshable() {
            return self.not_refreshable(&lease, &cached).await;
        }
        let suspicion = self.entry.state().suspicion_about(&cached);
        if let Some(suspicion) = suspicion {
            let outage = self.shared.store.outage_ended_at().filter(|end| *end > suspicion.first_refused_at);
            if let Some(ended_at) = outage
                && cached.token.data.lineage.is_written_back()
                && !suspicion.is_final
            {
                // Another process may hold a newer token, and could not write that back meanwhile.
                let left = self.shared.settings.refusal_window.saturating_sub(ended_at.elapsed());
                if !left.is_zero() {
                    return Err(unconfirmed::<P>(left));
                }
            }
            match self.shared.circuit_breaker.judge(&suspicion, &self.entry.key.account) {
                Judgement::Wait(left) => return Err(unconfirmed::<P>(left)),
                Judgement::SendAgain => {}
                Judgement::Believe => {
                    let error = Error::new(ErrorKind::GrantRefused, "the refresh token was refused")
                        .needing_reconnect(P::DIALECT.reconnect_help);
                    let unknown = ReconnectReason::OutcomeUnknown;
                    // Another process may have spent it since.
                    let is_in_doubt = intent.is_some() || cached.token.data.lineage.is_overtaken();
                    let reason = if is_in_doubt { unknown } else { suspicion.reason };
                    return self.mark_needs_reconnect(&lease, &cached, reason, unknown, error).await;
                }
            }
        }
        // A reusable refresh token is not spent by a call whose response was lost.
        let is_spent_by_call = P::Renewal::SINGLE_USE && cached.token.refresh_token().is_some();
        let intent = intent.filter(|_| is_spent_by_call && !mutated!(IgnoresIntent));
        let wait = match intent {
            Some(intent) => self.wait_for_outcome_of(intent),
            // A process may be sending it whose lease and intent the store has lost.
            None if cached.token.data.lineage.is_written_back() => {
                self.shared.client().inner().limits.token_deadline.max(self.shared.settings.longest_save())
            }
            None => Duration::ZERO,
        };
        if !wait.is_zero() {
            drop(permit);
            if !self.wait_for_call_in_flight(&mut lease, wait).await? {
                return Ok(Step::Retry);
            }
            permit = self.permit().await?;
        }
        self.call(lease, &cached, intent.is_some(), permit).await
    }

    /// Returns the time in which the call of an intent may still end, and its token be saved.
    fn wait_for_outcome_of(&self, intent: Intent) -> Duration {
        tracing::debug!(
            target: TARGET,
            fence = intent.fence,
            age = ?intent.age,
            "an earlier refresh may have been sent, its outcome is unknown"
        );
        let call = self.shared.client().inner().limits.token_deadline.saturating_sub(intent.age);
        match self.entry.state().last_call {
            Some((fence, true)) if fence == intent.fence => Duration::ZERO,
            Some((fence, false)) if fence == intent.fence => call,
            _ if mutated!(WaitsForNoSaver) => call,
            // Another holder may have the new token and be unable to save it. It saves first.
            _ => call.max(self.shared.settings.longest_save()),
        }
    }

    /// Waits and keeps the lease meanwhile. Returns false if the lease was lost.
    async fn wait_for_call_in_flight(&self, lease: &mut HeldLease, wait: Duration) -> Result<bool, Error> {
        let end = Instant::now() + wait;
        while Instant::now() < end {
            let part = (end - Instant::now()).min(self.shared.settings.lease / 3);
            self.wait(part).await?;
            if !self.extend_lease(lease).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// True if enough of the lease is left for a call and a save.
    fn is_fresh(&self, lease: &HeldLease) -> bool {
        lease.age(self.shared.now()) < self.shared.settings.lease / 4 || mutated!(TrustsOldLease)
    }

    /// Extends the lease if it is no longer fresh. Returns false if the lease was lost.
    async fn extend_lease(&self, lease: &mut HeldLease) -> Result<bool, Error> {
        if self.is_fresh(lease) {
            return Ok(true);
        }
        let requested_at = self.shared.now();
        let extended =
            self.shared.store.renew(&self.entry.key, lease.fence).await.map_err(self.store_error())?;
        lease.requested_at = requested_at;
        Ok(extended)
    }

    async fn call(
        &self,
        mut lease: HeldLease,
        cached: &CachedToken<P>,
        in_doubt: bool,
        permit: Permit<'_>,
    ) -> Result<Step<P>, Error> {
        let key = &self.entry.key;
        let circuit_breaker = &self.shared.circuit_breaker;
        let mut retries = Settings::calls();
        for attempt in 1.. {
            self.shared.check_open()?;
            // Trouble may have begun since the permit was given.
            self.held_back(circuit_breaker.check())?;
            if !self.record_intent(&mut lease, cached, in_doubt).await? {
                break;
            }
            tracing::debug!(target: TARGET, attempt, in_doubt, "requesting a new token");
            self.entry.state().last_call = Some((lease.fence, false));
            let error = match self.request_token(&cached.token).await {
                Ok(token) => {
                    self.shared.emit_turn(key, circuit_breaker.record_accepted(&permit, &key.account), None);
                    drop(permit);
                    return Ok(Step::Done(self.save(lease, cached, token).await));
                }
                Err(error) => error,
            };
            self.shared.emit_unrecognized(key, Some(cached.generation), &error);
            let error_kind = error.kind().as_str();
            tracing::debug!(target: TARGET, attempt, error_kind, "no new token: {error}");
            self.shared.emit_turn(key, circuit_breaker.record_failure(&permit, &error), Some(&error));
            match error.kind() {
                ErrorKind::NotSent => {
                    if let Some(delay) = retries.next()
                        && circuit_breaker.check().is_ok()
                        && self.wait(delay).await.is_ok()
                    {
                        continue;
                    }
                    self.clear_intent(&lease, cached, in_doubt).await;
                }
                ErrorKind::Unanswered if mutated!(ResendsUnanswered) && attempt == 1 => continue,
                ErrorKind::GrantRefused => {
                    return self.grant_refused(&lease, cached, in_doubt, error, permit).await;
                }
                ErrorKind::ClientRefused => {
                    // The intent stays: the provider may spend the refresh token before it checks the client.
                    self.entry.state().last_call = Some((lease.fence, true));
                    circuit_breaker.record_client_refused(&permit, &error);
                    self.shared.emit(key, Some(cached.generation), EventKind::ClientRefused(&error));
                }
                // Not spent: the call was not sent, or the token endpoint refused it for another reason.
                ErrorKind::Setup | ErrorKind::InvalidInput => {
                    self.clear_intent(&lease, cached, in_doubt).await;
                }
                // Without such a code, a proxy may have responded (often with 429) after the call was made.
                ErrorKind::RequestRefused if names_known_code(&error) => {
                    self.clear_intent(&lease, cached, in_doubt).await;
                }
                _ if mutated!(ClearsIntentOfUnanswered) => self.clear_intent(&lease, cached, in_doubt).await,
                // The outcome is unknown. The intent stays for the next holder.
                _ => {}
            }
            return Err(error);
        }
        Ok(Step::Retry)
    }

    async fn save(&self, lease: HeldLease, from: &CachedToken<P>, token: Token<P>) -> RefreshResult<P> {
        let saver =
            TokenSaver { shared: self.shared, entry: self.entry, epoch: self.epoch, early: self.early };
        let saved = saver.save(lease, from, token).await;
        self.entry.state().last_call = None;
        saved
    }

    /// Records the intent and makes sure that the lease is still fresh, as a store can be slow and a process
    /// suspended. Returns false if the lease was lost.
    async fn record_intent(
        &self,
        lease: &mut HeldLease,
        cached: &CachedToken<P>,
        in_doubt: bool,
    ) -> Result<bool, Error> {
        let store = &self.shared.store;
        loop {
            if mutated!(RecordsNoIntent) {
                return Ok(true);
            }
            if !self.extend_lease(lease).await?
                || !store
                    .record_intent(&self.entry.key, lease.fence, cached.generation)
                    .await
                    .map_err(self.store_error())?
            {
                return Ok(false);
            }
            if self.is_fresh(lease) {
                return Ok(true);
            }
            if Instant::now() > self.deadline {
                self.clear_intent(lease, cached, in_doubt).await;
                let length = self.shared.settings.lease;
                let message = format!("it responds too slowly to hold a lease of {length:?} for a call");
                return Err(self.store_error()(StoreError::new(StoreErrorKind::Unavailable, message)));
            }
        }
    }

    async fn request_token(&self, token: &Token<P>) -> Result<Token<P>, Error> {
        let client = self.shared.client();
        let _in_flight = metrics::token_call(P::NAME);
        // For a transport that does not apply the deadline itself.
        let deadline = client.inner().limits.token_deadline + Duration::from_secs(5);
        within(deadline, client.renew(token)).await.unwrap_or_else(|_| {
            Err(Error::new(
                ErrorKind::Unanswered,
                "refreshing the token: the transport returned no response in time",
            )
            .with_provider(P::NAME))
        })
    }

    /// Clears this task's intent after a call that did not spend the refresh token. An earlier intent stays.
    pub(super) async fn clear_intent(&self, lease: &HeldLease, cached: &CachedToken<P>, in_doubt: bool) {
        if in_doubt {
            return;
        }
        let cleared = self
            .shared
            .store
            .set_state(&self.entry.key, lease.fence, cached.generation, RecordState::Active)
            .await;
        if let Err(error) = cleared {
            tracing::debug!(
                target: TARGET,
                fence = lease.fence,
                "{}: the intent was not cleared: {error}",
                self.entry.key
            );
        }
    }
}

pub(super) fn busy<P: Provider>() -> Error {
    Error::new(ErrorKind::Busy, "another refresh has not finished in time").with_provider(P::NAME)
}
