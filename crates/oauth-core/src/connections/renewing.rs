//! The steps of a refresh: lease, read again, intent, call, save, publish.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use super::breaker::Pass;
use super::cell::{Cell, Landed};
use super::event::{EventKind, TARGET};
use super::flight::{Early, Goal};
use super::live::{Live, Now};
use super::settings::Settings;
use super::shared::Shared;
use crate::error::reconnect_reason::ReconnectReason;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::provider::renewal::Renewal;
use crate::store::{AcquireOutcome, Record, RecordState, StoreError, StoreErrorKind};
use crate::token::token::Token;
use crate::util::deadline::within;

/// One flight for one account.
pub(super) struct Task<'a, P: Provider> {
    pub(super) shared: &'a Shared<P>,
    pub(super) cell: &'a Cell<P>,
    pub(super) era: u64,
    pub(super) goal: Goal,
    pub(super) early: &'a Early<'a, P>,
    /// No token call begins after this.
    until: Instant,
}

/// A lease that this flight holds.
struct Held {
    fence: u64,
    /// When it was asked for, or asked to be lengthened: it runs from no earlier than this.
    since: Now,
}

impl Held {
    /// By the clock that says more: monotonic time stands still while a machine sleeps, and a wall clock may be set back.
    fn age(&self, now: Now) -> Duration {
        let by_the_wall = (now.wall - self.since.wall).to_std().unwrap_or_default();
        now.monotonic.saturating_duration_since(self.since.monotonic).max(by_the_wall)
    }
}

/// How the time under a lease ended.
enum Step<P: Provider> {
    Done(Landed<P>),
    /// The lease was lost: before anything was sent, or before what came of it was written.
    Again,
}

/// What a look showed.
enum Plan<P: Provider> {
    /// There is nothing to do.
    Keep(Arc<Live<P>>),
    /// This one is to be replaced.
    Replace(Arc<Live<P>>),
}

impl<P: Provider> Shared<P> {
    /// What the task of a flight does, which somebody asked for in this span.
    pub(super) async fn run(
        &self,
        cell: &Cell<P>,
        era: u64,
        goal: Goal,
        early: &Early<'_, P>,
        asked_by: Span,
    ) -> Landed<P> {
        let until = Instant::now() + self.settings.refresh_deadline;
        let task = Task { shared: self, cell, era, goal, early, until };
        match task.plan().await {
            Ok(Plan::Keep(live)) => Ok(live),
            Ok(Plan::Replace(live)) => {
                let span = task.span(&live);
                // Not its child: it may outlive whoever asked first, and does it for all who ask.
                span.follows_from(&asked_by);
                drop((asked_by, live));
                async { task.renew().await.inspect_err(|error| task.tell_failure(error)) }
                    .instrument(span)
                    .await
            }
            Err(error) => {
                task.tell_failure(&error);
                Err(error)
            }
        }
    }
}

impl<P: Provider> Task<'_, P> {
    async fn plan(&self) -> Result<Plan<P>, Error> {
        let present = self.cell.live();
        // With a due token in memory, the lease's answer is the look at the store.
        let known = present.filter(|live| live.is_renewable() && self.is_wanting(live));
        let live = match known {
            Some(live) if self.shared.breaker.check().is_ok() => live,
            _ => {
                let live = self.look().await?;
                let is_enough = !self.is_wanting(&live)
                    || !live.is_active()
                    || (matches!(self.goal, Goal::Fresh) && !live.is_renewable());
                if is_enough {
                    return Ok(Plan::Keep(live));
                }
                if matches!(self.goal, Goal::Fresh) && live.is_usable(self.shared.now()) {
                    // Due, but valid: nobody has to wait for what follows.
                    self.early.land(&live);
                }
                live
            }
        };
        if P::Renewal::REFRESHES {
            self.shared.breaker.check()?;
        }
        Ok(Plan::Replace(live))
    }

    /// Around everything that is done to replace this token.
    fn span(&self, live: &Live<P>) -> Span {
        let reason = match self.goal {
            Goal::Look | Goal::Fresh if live.has_expired(self.shared.now()) => "expired",
            Goal::Look | Goal::Fresh => "due",
            Goal::Refused(_) => "token_refused",
            Goal::Newer(_) => "asked",
        };
        tracing::info_span!(
            target: TARGET,
            parent: None,
            "refresh",
            provider = P::NAME,
            account = self.cell.key.account.as_str(),
            generation = live.generation,
            reason,
            fence = Empty,
        )
    }

    /// A state is told where it is found out; a look changes nothing.
    fn tell_failure(&self, error: &Error) {
        let is_told = matches!(
            error.kind(),
            ErrorKind::NeedsReconnect(_) | ErrorKind::NotConnected | ErrorKind::Closed
        );
        if !is_told && !matches!(self.goal, Goal::Look) {
            let generation = self.cell.live().map(|live| live.generation);
            self.shared.tell(&self.cell.key, generation, EventKind::RefreshFailed(error));
        }
    }

    /// Whether this token is not what is wanted.
    fn is_wanting(&self, live: &Live<P>) -> bool {
        let now = self.shared.now();
        match self.goal {
            Goal::Look => false,
            Goal::Fresh => live.is_due(now) || live.has_expired(now),
            Goal::Refused(_) | Goal::Newer(_) => self.goal.replaces(live.generation) || live.has_expired(now),
        }
    }

    async fn look(&self) -> Landed<P> {
        match self.shared.store.load(&self.cell.key).await.map_err(self.named())? {
            Some(record) => self.shared.take(self.cell, self.era, &record),
            None => Err(self.shared.lose(self.cell, self.era)),
        }
    }

    fn named(&self) -> impl Fn(StoreError) -> Error {
        |error| Error::from(error).with_provider(P::NAME)
    }

    async fn renew(&self) -> Landed<P> {
        let mut polls = self.shared.settings.polls();
        loop {
            let since = self.shared.now();
            match self.shared.store.acquire(&self.cell.key).await.map_err(self.named())? {
                AcquireOutcome::Missing => return Err(self.shared.lose(self.cell, self.era)),
                AcquireOutcome::Held { for_another, record } => {
                    // What the other has saved already can be taken without the lease.
                    let live = self.shared.take(self.cell, self.era, &record)?;
                    if !live.is_active() || !self.is_wanting(&live) {
                        return Ok(live);
                    }
                    let poll = polls.next().unwrap_or(Duration::from_secs(1));
                    tracing::trace!(target: TARGET, left = ?for_another, "somebody else has the lease");
                    self.wait(poll.min(for_another + Duration::from_millis(1))).await?;
                }
                AcquireOutcome::Granted { fence, record } => {
                    let held = Held { fence, since };
                    Span::current().record("fence", fence);
                    let step = self.holding(held, &record).await;
                    self.shared.store.release(&self.cell.key, fence).await;
                    match step {
                        Ok(Step::Done(landed)) => return landed,
                        Ok(Step::Again) => self.wait(polls.next().unwrap_or_default()).await?,
                        Err(error) => return Err(error),
                    }
                }
            }
        }
    }

    /// Waits for somebody else, but not past the deadline.
    async fn wait(&self, duration: Duration) -> Result<(), Error> {
        if Instant::now() + duration > self.until {
            return Err(busy::<P>());
        }
        self.shared.pause(duration).await
    }

    /// With the lease.
    async fn holding(&self, mut held: Held, record: &Record) -> Result<Step<P>, Error> {
        let live = self.shared.take(self.cell, self.era, record)?;
        if live.generation != record.generation || !live.is_active() || !self.is_wanting(&live) {
            return Ok(Step::Done(Ok(live)));
        }
        if !live.is_renewable() {
            return self.unrenewable(&held, &live).await;
        }
        // A refresh token that works many times is not spent by an answer that nobody got.
        let intent = record.intent.filter(|_| P::Renewal::SINGLE_USE);
        if let Some(intent) = intent {
            // Somebody may have sent this very refresh token, and the call may still be on its way.
            let call = self.shared.client().inner().limits.token_deadline;
            tracing::debug!(target: TARGET, fence = intent.fence, age = ?intent.age, "a refresh was begun of which nothing is known");
            if !self.sit_out(&mut held, call.saturating_sub(intent.age)).await? {
                return Ok(Step::Again);
            }
        }
        let pass = match tokio::time::timeout_at(self.until, self.shared.breaker.enter()).await {
            Ok(pass) => pass?,
            Err(_) => return Err(busy::<P>()),
        };
        self.call(held, &live, intent.is_some(), pass).await
    }

    /// Waits with the lease in hand. False if it was lost.
    async fn sit_out(&self, held: &mut Held, wait: Duration) -> Result<bool, Error> {
        let end = Instant::now() + wait;
        while Instant::now() < end {
            let part = (end - Instant::now()).min(self.shared.settings.lease / 3);
            self.wait(part).await?;
            if !self.keep(held).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether so much is left of the lease that a call and a save can be over before it is.
    fn is_fresh(&self, held: &Held) -> bool {
        held.age(self.shared.now()) < self.shared.settings.lease / 4
    }

    /// Lengthens the lease if it is no longer fresh. False if it was lost.
    async fn keep(&self, held: &mut Held) -> Result<bool, Error> {
        if self.is_fresh(held) {
            return Ok(true);
        }
        let since = self.shared.now();
        let kept = self.shared.store.renew(&self.cell.key, held.fence).await.map_err(self.named())?;
        held.since = since;
        Ok(kept)
    }

    async fn call(
        &self,
        mut held: Held,
        live: &Live<P>,
        in_doubt: bool,
        pass: Pass<'_>,
    ) -> Result<Step<P>, Error> {
        let breaker = &self.shared.breaker;
        let mut retries = Settings::calls();
        for attempt in 1.. {
            self.shared.check_open()?;
            if !self.announce(&mut held, live, in_doubt).await? {
                break;
            }
            tracing::debug!(target: TARGET, attempt, in_doubt, "asking for a new token");
            let error = match self.ask(&live.token).await {
                Ok(token) => {
                    breaker.accepted();
                    drop(pass);
                    return Ok(Step::Done(self.save(held.fence, live, token).await));
                }
                Err(error) => error,
            };
            let error_kind = error.kind().as_str();
            tracing::debug!(target: TARGET, attempt, error_kind, "no new token: {error}");
            match error.kind() {
                ErrorKind::NotSent => {
                    if let Some(delay) = retries.next()
                        && self.wait(delay).await.is_ok()
                    {
                        continue;
                    }
                    self.forget(&held, live, in_doubt).await;
                }
                ErrorKind::GrantRefused => {
                    return self.refused(&held, live, in_doubt, error).await;
                }
                ErrorKind::ClientRefused => {
                    // The intent stays: the provider may have spent the refresh token before it looked at the client.
                    breaker.refused(&error);
                    self.shared.tell(&self.cell.key, Some(live.generation), EventKind::ClientRefused(&error));
                }
                // Not sent, or refused by the token endpoint itself for something else than the refresh token: not spent.
                // Without an OAuth error code the answer may be that of a proxy, which knows nothing of what was done;
                // and a proxy likes to answer 429.
                ErrorKind::Setup | ErrorKind::InvalidInput => self.forget(&held, live, in_doubt).await,
                ErrorKind::RequestRefused if error.oauth_code().is_some() => {
                    self.forget(&held, live, in_doubt).await;
                }
                // Nobody knows. The intent stays, for the next holder to see.
                _ => {}
            }
            return Err(error);
        }
        Ok(Step::Again)
    }

    /// Records the intent, which is the store's last look at the lease before anything is sent; and sees to it that the
    /// lease is fresh also when the answer is here, since a store may take its time, and a process may be stopped. False
    /// if the lease was lost.
    async fn announce(&self, held: &mut Held, live: &Live<P>, in_doubt: bool) -> Result<bool, Error> {
        let store = &self.shared.store;
        loop {
            if !self.keep(held).await?
                || !store
                    .record_intent(&self.cell.key, held.fence, live.generation)
                    .await
                    .map_err(self.named())?
            {
                return Ok(false);
            }
            if self.is_fresh(held) {
                return Ok(true);
            }
            if Instant::now() > self.until {
                self.forget(held, live, in_doubt).await;
                let lease = self.shared.settings.lease;
                let what = format!("it answers too slowly to hold a lease of {lease:?} for a call");
                return Err(self.named()(StoreError::new(StoreErrorKind::Unavailable, what)));
            }
        }
    }

    async fn ask(&self, token: &Token<P>) -> Result<Token<P>, Error> {
        let client = self.shared.client();
        // The transport keeps the deadline itself; this one is for a transport that does not.
        let deadline = client.inner().limits.token_deadline + Duration::from_secs(5);
        within(deadline, client.renew(token)).await.unwrap_or_else(|_| {
            Err(Error::new(
                ErrorKind::Unanswered,
                "refreshing the token: the transport gave no answer in time",
            )
            .with_provider(P::NAME))
        })
    }

    /// Takes back an intent of which nothing came, unless there was one before it.
    async fn forget(&self, held: &Held, live: &Live<P>, in_doubt: bool) {
        if in_doubt {
            return;
        }
        let forgotten = self
            .shared
            .store
            .set_state(&self.cell.key, held.fence, live.generation, RecordState::Active)
            .await;
        if let Err(error) = forgotten {
            tracing::debug!(target: TARGET, fence = held.fence, "{}: an intent was left behind: {error}", self.cell.key);
        }
    }

    /// The refresh token is refused.
    async fn refused(
        &self,
        held: &Held,
        live: &Live<P>,
        in_doubt: bool,
        error: Error,
    ) -> Result<Step<P>, Error> {
        let now = self.shared.now().wall;
        let reason = if in_doubt {
            ReconnectReason::OutcomeUnknown
        } else if live.token.lapses_at().is_some_and(|at| at <= now) {
            ReconnectReason::Lapsed
        } else {
            ReconnectReason::Revoked
        };
        // Not written, the intent stays and the lease may be lost: then others may have sent this refresh token.
        self.give_up(held, live, reason, ReconnectReason::OutcomeUnknown, error).await
    }

    /// A token that cannot be renewed and is wanted newer.
    async fn unrenewable(&self, held: &Held, live: &Arc<Live<P>>) -> Result<Step<P>, Error> {
        match self.goal {
            Goal::Refused(_) => {
                let error =
                    Error::new(ErrorKind::TokenRefused, "the token was refused, and cannot be refreshed")
                        .with_provider(P::NAME);
                self.give_up(held, live, ReconnectReason::TokenRefused, ReconnectReason::TokenRefused, error)
                    .await
            }
            Goal::Newer(_) => Err(Error::invalid_input("the token came without a refresh token")
                .with_provider(P::NAME)
                .with_help("the customer must connect again")),
            Goal::Look | Goal::Fresh => Ok(Step::Done(Ok(Arc::clone(live)))),
        }
    }

    /// Writes down that the customer has to connect again. Where the store fails, `unwritten` is all that can be said.
    async fn give_up(
        &self,
        held: &Held,
        live: &Live<P>,
        reason: ReconnectReason,
        unwritten: ReconnectReason,
        error: Error,
    ) -> Result<Step<P>, Error> {
        let at = self.shared.now().wall;
        let state = RecordState::NeedsReconnect { reason, at };
        let reason =
            match self.shared.store.set_state(&self.cell.key, held.fence, live.generation, state).await {
                Ok(true) => reason,
                // Whoever has the lease now, or has saved meanwhile, knows better.
                Ok(false) => return Ok(Step::Again),
                Err(_) => unwritten,
            };
        // In memory also where the store failed, or every caller would try the dead token again.
        let state = RecordState::NeedsReconnect { reason, at };
        let present = self.cell.publish(self.era, live.in_state(state))?;
        if present.generation > live.generation {
            return Ok(Step::Done(Ok(present)));
        }
        self.shared.tell(&self.cell.key, Some(live.generation), EventKind::NeedsReconnect(reason));
        Err(Error::new(ErrorKind::NeedsReconnect(reason), reason.to_string())
            .with_provider(P::NAME)
            .with_source(error))
    }
}

fn busy<P: Provider>() -> Error {
    Error::new(ErrorKind::Busy, "another refresh has not finished in time").with_provider(P::NAME)
}
