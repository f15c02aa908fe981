//! Circuit breaker for token calls: the provider is one resource, shared by all connections.
//!
//! It limits the calls in flight, holds all of them back while the provider is in trouble, and tells the
//! refusal of one customer from an incident of the provider.

use std::pin::pin;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::mutation::mutated;
use super::settings::Settings;
use super::suspicion::Suspicion;
use super::sync;
use crate::error::oauth_code::OAuthCode;
use crate::error::{Error, ErrorKind};

/// Time after a successful call during which further calls may run in parallel.
const TRUSTED_FOR: Duration = Duration::from_secs(60);
/// Failed calls in a row that hold back all others.
const MAX_FAILURES: u32 = 3;
/// Longest pause that a server can ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(3_600);
/// Pause after a response that blames the client, if a call destroys nothing.
const CLIENT_REFUSED_FOR: Duration = Duration::from_secs(3_600);
/// Pause between two calls during an incident, and its maximum where a call may destroy a refresh token.
const INCIDENT_PAUSE: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(3_600));
/// Time after which the refusals of an incident are believed.
const LONGEST_INCIDENT: Duration = Duration::from_secs(24 * 3_600);

/// Limits and rules of a breaker.
#[derive(Clone, Copy, Debug)]
pub(super) struct BreakerRules {
    pub(super) max_calls: usize,
    /// Time in which refusals of several accounts are an incident. Zero: every refusal is believed.
    pub(super) refusal_window: Duration,
    /// Number of accounts whose refusals are an incident.
    pub(super) incident_accounts: usize,
    /// True if the token endpoint spends a refresh token before it checks anything.
    pub(super) spends_first: bool,
}

#[derive(Debug)]
pub(super) struct CircuitBreaker {
    rules: BreakerRules,
    state: sync::Mutex<BreakerState>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct BreakerState {
    in_flight: usize,
    /// Calls that may be in flight: one, doubled by each success.
    limit: usize,
    /// Last success of this round.
    trusted_at: Option<Instant>,
    /// Last success.
    accepted_at: Option<Instant>,
    accepted: u64,
    hold: Option<Hold>,
    /// Incremented by each hold. Failures of calls that started before it do not extend it.
    round: u64,
    /// Round in which the client was configured.
    configured_in: u64,
    /// Failed calls of this round, in a row.
    failures: u32,
    /// Holds since the last success.
    holds: u32,
    /// The last refusal of each account, oldest first.
    refusals: Vec<GrantRefusal>,
    incident: Option<Incident>,
    is_closed: bool,
}

/// All calls wait.
#[derive(Debug)]
struct Hold {
    error: Error,
    /// `None`: until the client is corrected.
    until: Option<Instant>,
}

#[derive(Debug)]
struct GrantRefusal {
    account: String,
    at: Instant,
    /// Number of accepted calls before it.
    accepted: u64,
    /// True if it is no longer evidence about the provider.
    is_confirmed: bool,
    /// True if the account was connected again or removed since.
    is_ended: bool,
}

/// Refusals of several accounts, and not about them.
#[derive(Clone, Copy, Debug)]
struct Incident {
    began_at: Instant,
    ended_at: Option<Instant>,
}

/// Permission to make one token call.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    breaker: &'a CircuitBreaker,
    round: u64,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.breaker.state().in_flight -= 1;
        self.breaker.freed.notify_one();
    }
}

/// A change of the provider's condition that a call showed, for an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    None,
    /// Calls are held back from now on.
    Held,
    /// The provider refuses several accounts.
    Incident,
    Recovered,
}

/// The decision about a refused refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// Not decided before this time.
    Wait(Duration),
    /// Another call decides.
    SendAgain,
    /// The customer has to connect again.
    Believe,
}

impl CircuitBreaker {
    pub(super) fn new(rules: BreakerRules) -> Self {
        Self { rules, state: sync::Mutex::default(), freed: Notify::new() }
    }

    fn state(&self) -> sync::MutexGuard<'_, BreakerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the error that holds calls back now, if any.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.state().check(Instant::now())
    }

    /// Returns the error that blames the client, if it holds calls back.
    pub(super) fn check_client(&self) -> Result<(), Error> {
        self.check().or_else(|error| match error.kind() {
            ErrorKind::ClientRefused => Err(error),
            _ => Ok(()),
        })
    }

    /// Waits for a permit.
    ///
    /// # Errors
    /// The error that holds calls back.
    pub(super) async fn permit(&self) -> Result<Permit<'_>, Error> {
        loop {
            let mut freed = pin!(self.freed.notified());
            // From here on, no notification is missed.
            freed.as_mut().enable();
            if let Some(permit) = self.try_permit()? {
                return Ok(permit);
            }
            freed.await;
        }
    }

    fn try_permit(&self) -> Result<Option<Permit<'_>>, Error> {
        let now = Instant::now();
        let mut state = self.state();
        state.check(now)?;
        if state.is_closed {
            return Err(Error::new(ErrorKind::Closed, "the connections were drained"));
        }
        if state.in_flight >= state.limit_at(now) && !mutated!(LimitsNoCalls) {
            return Ok(None);
        }
        state.in_flight += 1;
        Ok(Some(Permit { breaker: self, round: state.round }))
    }

    pub(super) fn record_accepted(&self, permit: &Permit<'_>, account: &str) -> Turn {
        let now = Instant::now();
        let mut state = self.state();
        state.accepted += 1;
        state.accepted_at = Some(now);
        state.refusals.retain(|refusal| refusal.account != account);
        if permit.round != state.round {
            return Turn::None;
        }
        // A server may spend a refresh token before it checks the client secret, so the calls after a pause
        // begin with one.
        let limit = state.limit_at(now);
        state.limit = (limit * 2).min(self.rules.max_calls);
        state.trusted_at = Some(now);
        let was_incident = match &mut state.incident {
            Some(incident) if incident.ended_at.is_none() => {
                incident.ended_at = Some(now);
                true
            }
            _ => false,
        };
        let recovered = state.holds > 0 || was_incident;
        (state.hold, state.holds, state.failures) = (None, 0, 0);
        let more = state.limit - limit;
        drop(state);
        for _ in 0..more {
            self.freed.notify_one();
        }
        if recovered { Turn::Recovered } else { Turn::None }
    }

    /// Records a call without a new token, other than a refusal of the grant or the client.
    pub(super) fn record_failure(&self, permit: &Permit<'_>, error: &Error) -> Turn {
        if !is_trouble_of_provider(error) {
            return Turn::None;
        }
        let now = Instant::now();
        let mut state = self.state();
        let wanted =
            error.retry_after().filter(|after| !after.is_zero()).map(|after| after.min(MAX_RETRY_AFTER));
        let is_new = permit.round == state.round;
        if is_new {
            state.failures += 1;
        }
        let allowed = if state.holds == 0 { MAX_FAILURES } else { 1 };
        let pause = match wanted {
            Some(after) => after,
            None if is_new && state.failures >= allowed => Settings::backoff(state.holds + 1),
            None => return Turn::None,
        };
        let until = now + pause;
        if state.hold.as_ref().is_some_and(|hold| hold.until.is_none_or(|earlier| earlier >= until)) {
            return Turn::None;
        }
        let turn = if state.holds == 0 { Turn::Held } else { Turn::None };
        if is_new {
            state.holds = state.holds.saturating_add(1);
        }
        let error = error.copied().during("waiting for the provider to recover");
        state.hold(error, Some(until));
        drop(state);
        self.freed.notify_waiters();
        turn
    }

    pub(super) fn record_client_refused(&self, permit: &Permit<'_>, error: &Error) {
        let until = (!self.rules.spends_first).then(|| Instant::now() + CLIENT_REFUSED_FOR);
        let error = error.copied().with_help(
            "nothing is sent until the client is corrected: fix its id, secret or redirect URI, then reconfigure the \
             connections; no customer is at fault",
        );
        let mut state = self.state();
        // The client may have been corrected since.
        if permit.round < state.configured_in || mutated!(IgnoresClientRefusal) {
            return;
        }
        state.trusted_at = None;
        state.hold(error, until);
        drop(state);
        self.freed.notify_waiters();
    }

    /// Returns the number of tokens that the provider has accepted.
    pub(super) fn accepted(&self) -> u64 {
        self.state().accepted
    }

    /// True if the provider has accepted several tokens since then: a token that it refuses all the same says
    /// nothing about the provider.
    pub(super) fn has_accepted_enough_since(&self, accepted_before: u64) -> bool {
        let accepted = self.accepted() - accepted_before;
        usize::try_from(accepted).unwrap_or(usize::MAX) >= self.rules.incident_accounts
    }

    /// Records that the grant of an account was refused.
    pub(super) fn record_grant_refused(
        &self,
        permit: &Permit<'_>,
        account: &str,
        is_confirmed: bool,
    ) -> Turn {
        let now = Instant::now();
        let BreakerRules { refusal_window, incident_accounts, spends_first, .. } = self.rules;
        let mut state = self.state();
        // The token endpoint works.
        state.failures = 0;
        let accepted = state.accepted;
        let kept_for = if spends_first { LONGEST_INCIDENT } else { refusal_window };
        state.refusals.retain(|refusal| {
            refusal.account != account && now.saturating_duration_since(refusal.at) < kept_for
        });
        state.refusals.push(GrantRefusal {
            account: account.to_owned(),
            at: now,
            accepted,
            is_confirmed,
            is_ended: false,
        });
        let accepted_at = state.accepted_at;
        let is_recent = |refusal: &&GrantRefusal| {
            // Where a call may destroy a token, one that is accepted shows that it is no incident.
            let is_open = !spends_first || accepted_at.is_none_or(|accepted_at| accepted_at < refusal.at);
            !refusal.is_confirmed && is_open && now.saturating_duration_since(refusal.at) < refusal_window
        };
        let count = state.refusals.iter().filter(is_recent).count();
        let accepted_since =
            state.refusals.iter().find(is_recent).map_or(0, |first| accepted - first.accepted);
        // Few refusals among many accepted calls are about their customers.
        let is_incident = !mutated!(FindsNoIncident)
            && !refusal_window.is_zero()
            && count >= incident_accounts
            && u64::try_from(count).is_ok_and(|count| count > accepted_since);
        let was_incident = state.is_in_incident(now);
        // The refusals are believed from then on, until a token is accepted.
        let was_longest = !was_incident && state.incident.is_some_and(|incident| incident.ended_at.is_none());
        if (was_longest && !mutated!(RepeatsIncident)) || (!is_incident && !was_incident) {
            return Turn::None;
        }
        let turn = if was_incident { Turn::None } else { Turn::Incident };
        if turn == Turn::Incident {
            state.incident = Some(Incident { began_at: now, ended_at: None });
        }
        // Calls of an earlier round do not extend its pause.
        if permit.round != state.round {
            return turn;
        }
        state.holds = state.holds.saturating_add(1);
        let (shortest, longest) = INCIDENT_PAUSE;
        let pause = match spends_first {
            true => (shortest * (1 << state.holds.min(7)) / 2).min(longest),
            false => shortest,
        };
        state.hold(incident_error(pause), Some(now + pause));
        drop(state);
        self.freed.notify_waiters();
        turn
    }

    /// Decides about a refused token.
    pub(super) fn judge(&self, suspicion: &Suspicion, account: &str) -> Judgement {
        let BreakerRules { refusal_window, spends_first, .. } = self.rules;
        let Suspicion { first_refused_at, last_refused_at, is_final, .. } = *suspicion;
        if is_final {
            return Judgement::Believe;
        }
        if mutated!(SendsRefusedAgain) {
            return Judgement::SendAgain;
        }
        let now = Instant::now();
        let state = self.state();
        let left = |since: Instant| refusal_window.saturating_sub(now.saturating_duration_since(since));
        match state.incident {
            Some(Incident { began_at, ended_at: None }) if now - began_at < LONGEST_INCIDENT => {
                match left(last_refused_at) {
                    // The token may be good, and a call could destroy it: a success of another account
                    // decides.
                    _ if spends_first => Judgement::Wait(INCIDENT_PAUSE.0),
                    // Other accounts find out first whether the incident is over.
                    left if !left.is_zero() => Judgement::Wait(left),
                    _ => Judgement::SendAgain,
                }
            }
            Some(Incident { ended_at: Some(ended_at), .. }) if ended_at >= first_refused_at => {
                Judgement::SendAgain
            }
            _ => match left(first_refused_at) {
                left if !left.is_zero() => Judgement::Wait(left),
                // Others were refused too, and none has been accepted since.
                _ if spends_first && state.is_one_of_several(suspicion, account) => {
                    Judgement::Wait(INCIDENT_PAUSE.0)
                }
                // The provider accepts tokens again, so that a call finds out.
                _ if spends_first && state.accepted_at.is_none_or(|at| at < last_refused_at) => {
                    Judgement::Believe
                }
                _ => Judgement::SendAgain,
            },
        }
    }

    /// True if a token that is refused now, and was first refused at this time, will not be accepted anymore.
    pub(super) fn is_final(&self, refused_at: Instant) -> bool {
        if mutated!(BelievesFirstRefusal) {
            return true;
        }
        let now = Instant::now();
        let state = self.state();
        let is_doubtful = state.incident.is_some_and(|incident| match incident.ended_at {
            Some(ended_at) => ended_at >= refused_at,
            None => now - incident.began_at < LONGEST_INCIDENT,
        });
        !is_doubtful && now.saturating_duration_since(refused_at) >= self.rules.refusal_window
    }

    /// True if an incident ended after this time.
    pub(super) fn ended_incident_since(&self, refused_at: Instant) -> bool {
        let incident = self.state().incident;
        incident.and_then(|incident| incident.ended_at).is_some_and(|ended_at| ended_at >= refused_at)
    }

    /// Allows calls again after the client was corrected.
    pub(super) fn reset(&self) {
        let mut state = self.state();
        state.hold = None;
        state.trusted_at = None;
        state.round += 1;
        state.configured_in = state.round;
        drop(state);
        self.freed.notify_one();
    }

    /// Keeps the refusals of a connection that was replaced or removed as evidence for the refusal window
    /// only, even where a call may destroy a token. An incident may be the reason why the user ended it.
    pub(super) fn connection_ended(&self, account: &str) {
        let mut state = self.state();
        let refusals = state.refusals.iter_mut().filter(|refusal| refusal.account == account);
        refusals.for_each(|refusal| refusal.is_ended = true);
    }

    /// Gives no more permits.
    pub(super) fn close(&self) {
        self.state().is_closed = true;
        self.freed.notify_waiters();
    }
}

impl BreakerState {
    fn check(&self, now: Instant) -> Result<(), Error> {
        match &self.hold {
            Some(Hold { error, until: None }) => Err(error.copied()),
            Some(Hold { error, until: Some(until) }) if now < *until => {
                let left = *until - now;
                Err(match error.kind() {
                    ErrorKind::ClientRefused => error.copied(),
                    _ => error.copied().with_transient(true).with_retry_after(Some(left)),
                })
            }
            _ => Ok(()),
        }
    }

    /// The number of calls that may be in flight.
    fn limit_at(&self, now: Instant) -> usize {
        if mutated!(ResumesAllAtOnce) {
            return 32;
        }
        let is_trusted = self.trusted_at.is_some_and(|at| now - at < TRUSTED_FOR);
        if is_trusted { self.limit.max(1) } else { 1 }
    }

    /// Holds calls back, unless they are held back for longer already.
    fn hold(&mut self, error: Error, until: Option<Instant>) {
        let is_longer = |hold: &Hold| match (hold.until, until) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(earlier), Some(until)) => earlier >= until,
        };
        if self.hold.as_ref().is_some_and(is_longer) || mutated!(HoldsNothingBack) {
            return;
        }
        self.hold = Some(Hold { error, until });
        self.round += 1;
        self.failures = 0;
        self.limit = 1;
    }

    /// True if other accounts were refused too, and none has been accepted since.
    fn is_one_of_several(&self, suspicion: &Suspicion, account: &str) -> bool {
        let is_open = |refusal: &GrantRefusal| {
            let is_evidence = !refusal.is_confirmed && !refusal.is_ended;
            is_evidence && self.accepted_at.is_none_or(|accepted_at| accepted_at < refusal.at)
        };
        let (own, others): (Vec<_>, Vec<_>) =
            self.refusals.iter().partition(|refusal| refusal.account == account);
        suspicion.first_refused_at.elapsed() < LONGEST_INCIDENT
            && own.into_iter().any(is_open)
            && others.into_iter().any(is_open)
    }

    fn is_in_incident(&self, now: Instant) -> bool {
        self.incident
            .is_some_and(|incident| incident.ended_at.is_none() && now - incident.began_at < LONGEST_INCIDENT)
    }
}

/// True if the error may concern all calls: the provider or the way to it is in trouble.
fn is_trouble_of_provider(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::InvalidInput | ErrorKind::Setup | ErrorKind::ForeignToken | ErrorKind::Closed => false,
        ErrorKind::GrantRefused | ErrorKind::ClientRefused => false,
        ErrorKind::RequestRefused => !names_known_code(error),
        _ => true,
    }
}

/// True for a code by which the token endpoint itself refuses a request (RFC 6749 section 5.2). Others may
/// come from a proxy.
pub(super) fn names_known_code(error: &Error) -> bool {
    matches!(error.oauth_code(), Some(OAuthCode::InvalidRequest | OAuthCode::InvalidScope))
}

fn incident_error(pause: Duration) -> Error {
    Error::new(
        ErrorKind::RefusalUnconfirmed,
        "the provider refuses the refresh tokens of several customers, so the refusals are probably not about them",
    )
    .with_retry_after(Some(pause))
    .with_help("wait; nothing is decided until the provider accepts a refresh token again")
}
