//! Steps of a refresh: take the lease, read the record again, record the intent, call, save, publish.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use super::cached_token::{CachedToken, Now};
use super::circuit_breaker::Permit;
use super::entry::Entry;
use super::events::{EventKind, TARGET};
use super::need::Need;
use super::progress::{EarlyPublisher, RefreshResult};
use super::save::TokenSaver;
use super::settings::Settings;
use super::shared_state::SharedState;
use crate::error::oauth_code::OAuthCode;
use crate::error::reconnect_reason::ReconnectReason;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::provider::renewal::Renewal;
use crate::store::{AcquireOutcome, Record, RecordState, StoreError, StoreErrorKind};
use crate::token::token::Token;
use crate::util::deadline::within;

/// Work of one flight.
pub(super) struct RefreshTask<'a, P: Provider> {
    shared: &'a SharedState<P>,
    entry: &'a Entry<P>,
    epoch: u64,
    need: Need,
    early: &'a EarlyPublisher<'a, P>,
    /// No token call starts after this.
    deadline: Instant,
}

struct HeldLease {
    fence: u64,
    /// Time before the request for the lease or for its last extension: the lease started no earlier.
    requested_at: Now,
}

impl HeldLease {
    /// The larger age of both clocks: monotonic time stops while a machine sleeps, a wall clock can be set
    /// back.
    fn age(&self, now: Now) -> Duration {
        let by_wall_clock = (now.wall - self.requested_at.wall).to_std().unwrap_or_default();
        now.monotonic.saturating_duration_since(self.requested_at.monotonic).max(by_wall_clock)
    }
}

/// Result of the steps under a lease.
enum Step<P: Provider> {
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
        early: &'a EarlyPublisher<'a, P>,
    ) -> Self {
        let deadline = Instant::now() + shared.settings.refresh_deadline;
        Self { shared, entry, epoch, need, early, deadline }
    }

    /// Runs the task for the caller of the span `requested_by`, and for all that joined.
    pub(super) async fn run(&self, requested_by: Span) -> RefreshResult<P> {
        match self.plan().await {
            Ok(Plan::UseCurrent(cached)) => Ok(cached),
            Ok(Plan::Replace(cached)) => {
                let span = self.span(&cached);
                // Not a child span: this task may outlive its first caller, and serves others too.
                span.follows_from(&requested_by);
                drop((requested_by, cached));
                async { self.refresh().await.inspect_err(|error| self.emit_failure(error)) }
                    .instrument(span)
                    .await
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
                    self.early.publish_early(&cached);
                }
                cached
            }
        };
        if P::Renewal::REFRESHES {
            self.shared.circuit_breaker.check()?;
        }
        Ok(Plan::Replace(cached))
    }

    fn span(&self, cached: &CachedToken<P>) -> Span {
        let reason = match self.need {
            Need::Reload | Need::Valid if cached.has_expired(self.shared.now()) => "expired",
            Need::Reload | Need::Valid => "due",
            Need::ReplaceRejected(_) => "token_refused",
            Need::NewerThan(_) => "asked",
        };
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

    /// State changes are reported by the code that detects them. A reload changes nothing.
    fn emit_failure(&self, error: &Error) {
        let is_reported = matches!(
            error.kind(),
            ErrorKind::NeedsReconnect(_) | ErrorKind::NotConnected | ErrorKind::Closed
        );
        if !is_reported && !matches!(self.need, Need::Reload) {
            let generation = self.entry.cached().map(|cached| cached.generation);
            self.shared.emit(&self.entry.key, generation, EventKind::RefreshFailed(error));
        }
    }

    /// True if this token has to be replaced. A valid token that is due meets the need and is replaced all
    /// the same.
    fn needs_refresh(&self, cached: &CachedToken<P>) -> bool {
        let now = self.shared.now();
        let is_due = matches!(self.need, Need::Valid) && cached.is_due(now);
        cached.is_active() && (is_due || !self.need.is_met_by(cached, now))
    }

    async fn load(&self) -> RefreshResult<P> {
        match self.shared.store.load(&self.entry.key).await.map_err(self.store_error())? {
            Some(record) => self.shared.cache_record(self.entry, self.epoch, &record),
            None => Err(self.shared.clear_missing(self.entry, self.epoch)),
        }
    }

    fn store_error(&self) -> impl Fn(StoreError) -> Error {
        |error| Error::from(error).with_provider(P::NAME)
    }

    async fn refresh(&self) -> RefreshResult<P> {
        let mut polls = self.shared.settings.polls();
        loop {
            let requested_at = self.shared.now();
            match self.shared.store.acquire(&self.entry.key).await.map_err(self.store_error())? {
                AcquireOutcome::Missing => {
                    return Err(self.shared.clear_missing(self.entry, self.epoch));
                }
                AcquireOutcome::Held { for_another, record } => {
                    // A token that the holder has saved already can be used without the lease.
                    let cached = self.shared.cache_record(self.entry, self.epoch, &record)?;
                    if !self.needs_refresh(&cached) {
                        return Ok(cached);
                    }
                    let poll = polls.next().unwrap_or(Duration::from_secs(1));
                    tracing::trace!(target: TARGET, left = ?for_another, "another holder has the lease");
                    self.wait(poll.min(for_another + Duration::from_millis(1))).await?;
                }
                AcquireOutcome::Granted { fence, record } => {
                    let lease = HeldLease { fence, requested_at };
                    Span::current().record("fence", fence);
                    let step = self.refresh_with_lease(lease, &record).await;
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

    /// Waits for another holder. Fails if that would exceed the deadline.
    async fn wait(&self, duration: Duration) -> Result<(), Error> {
        if Instant::now() + duration > self.deadline {
            return Err(busy::<P>());
        }
        self.shared.pause(duration).await
    }

    async fn refresh_with_lease(&self, mut lease: HeldLease, record: &Record) -> Result<Step<P>, Error> {
        let cached = self.shared.cache_record(self.entry, self.epoch, record)?;
        if cached.generation != record.generation || !self.needs_refresh(&cached) {
            return Ok(Step::Done(Ok(cached)));
        }
        if !cached.is_refreshable() {
            return self.not_refreshable(&lease, &cached).await;
        }
        // A reusable refresh token is not spent by a call whose response was lost.
        let intent = record.intent.filter(|_| P::Renewal::SINGLE_USE);
        if let Some(intent) = intent {
            // Another holder may have sent this refresh token, and its call may still be in flight.
            let call = self.shared.client().inner().limits.token_deadline;
            tracing::debug!(
                target: TARGET,
                fence = intent.fence,
                age = ?intent.age,
                "an earlier refresh may have been sent, its outcome is unknown"
            );
            if !self.wait_for_call_in_flight(&mut lease, call.saturating_sub(intent.age)).await? {
                return Ok(Step::Retry);
            }
        }
        let permit = match tokio::time::timeout_at(self.deadline, self.shared.circuit_breaker.permit()).await
        {
            Ok(permit) => permit?,
            Err(_) => return Err(busy::<P>()),
        };
        self.call(lease, &cached, intent.is_some(), permit).await
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
        lease.age(self.shared.now()) < self.shared.settings.lease / 4
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
        let circuit_breaker = &self.shared.circuit_breaker;
        let mut retries = Settings::calls();
        for attempt in 1.. {
            self.shared.check_open()?;
            if !self.record_intent(&mut lease, cached, in_doubt).await? {
                break;
            }
            tracing::debug!(target: TARGET, attempt, in_doubt, "requesting a new token");
            let error = match self.request_token(&cached.token).await {
                Ok(token) => {
                    circuit_breaker.record_accepted();
                    drop(permit);
                    return Ok(Step::Done(self.save(lease.fence, cached, token).await));
                }
                Err(error) => error,
            };
            self.shared.emit_unrecognized(&self.entry.key, Some(cached.generation), &error);
            let error_kind = error.kind().as_str();
            tracing::debug!(target: TARGET, attempt, error_kind, "no new token: {error}");
            match error.kind() {
                ErrorKind::NotSent => {
                    if let Some(delay) = retries.next()
                        && self.wait(delay).await.is_ok()
                    {
                        continue;
                    }
                    self.clear_intent(&lease, cached, in_doubt).await;
                }
                ErrorKind::GrantRefused => {
                    return self.grant_refused(&lease, cached, in_doubt, error).await;
                }
                ErrorKind::ClientRefused => {
                    // The intent stays: the provider may spend the refresh token before it checks the client.
                    circuit_breaker.record_refused(&error);
                    self.shared.emit(
                        &self.entry.key,
                        Some(cached.generation),
                        EventKind::ClientRefused(&error),
                    );
                }
                // Not spent: the call was not sent, or the token endpoint refused it for another reason.
                ErrorKind::Setup | ErrorKind::InvalidInput => {
                    self.clear_intent(&lease, cached, in_doubt).await;
                }
                // Without such a code, a proxy may have responded (often with 429) after the call was made.
                ErrorKind::RequestRefused if names_known_code(&error) => {
                    self.clear_intent(&lease, cached, in_doubt).await;
                }
                // The outcome is unknown. The intent stays for the next holder.
                _ => {}
            }
            return Err(error);
        }
        Ok(Step::Retry)
    }

    async fn save(&self, fence: u64, from: &CachedToken<P>, token: Token<P>) -> RefreshResult<P> {
        let saver =
            TokenSaver { shared: self.shared, entry: self.entry, epoch: self.epoch, early: self.early };
        saver.save(fence, from, token).await
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
    async fn clear_intent(&self, lease: &HeldLease, cached: &CachedToken<P>, in_doubt: bool) {
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

    async fn grant_refused(
        &self,
        lease: &HeldLease,
        cached: &CachedToken<P>,
        in_doubt: bool,
        error: Error,
    ) -> Result<Step<P>, Error> {
        let now = self.shared.now().wall;
        let reason = if in_doubt {
            ReconnectReason::OutcomeUnknown
        } else if cached.token.lapses_at().is_some_and(|at| at <= now) {
            ReconnectReason::Lapsed
        } else {
            ReconnectReason::Revoked
        };
        // If the state cannot be stored, the lease may be lost, and another holder may have sent this refresh
        // token.
        self.mark_needs_reconnect(lease, cached, reason, ReconnectReason::OutcomeUnknown, error).await
    }

    async fn not_refreshable(
        &self,
        lease: &HeldLease,
        cached: &Arc<CachedToken<P>>,
    ) -> Result<Step<P>, Error> {
        match self.need {
            Need::ReplaceRejected(_) => {
                let error =
                    Error::new(ErrorKind::TokenRefused, "the token was refused, and cannot be refreshed")
                        .with_provider(P::NAME);
                let reason = ReconnectReason::TokenRefused;
                self.mark_needs_reconnect(lease, cached, reason, reason, error).await
            }
            Need::NewerThan(_) => Err(Error::invalid_input("the token came without a refresh token")
                .with_provider(P::NAME)
                .with_help("the customer must connect again")),
            Need::Reload | Need::Valid => Ok(Step::Done(Ok(Arc::clone(cached)))),
        }
    }

    /// Stores that the customer has to connect again. If the store fails, reports `unstored` as the reason.
    async fn mark_needs_reconnect(
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
        if current.generation > cached.generation {
            return Ok(Step::Done(Ok(current)));
        }
        self.shared.emit(&self.entry.key, Some(cached.generation), EventKind::NeedsReconnect(reason));
        Err(Error::new(ErrorKind::NeedsReconnect(reason), reason.to_string())
            .with_provider(P::NAME)
            .with_source(error))
    }
}

fn busy<P: Provider>() -> Error {
    Error::new(ErrorKind::Busy, "another refresh has not finished in time").with_provider(P::NAME)
}

/// True for a code by which the token endpoint itself refuses a request (RFC 6749 section 5.2). Others may
/// come from a proxy.
fn names_known_code(error: &Error) -> bool {
    matches!(error.oauth_code(), Some(OAuthCode::InvalidRequest | OAuthCode::InvalidScope))
}
