//! Rules that hold in every run, and the facts that they are checked with.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use oauth_core::store::ReconnectReason;

use crate::plan::{Plan, SECOND};
use crate::simulated_provider::{ProviderRequest, Revocation, SimulatedProvider, TokenId};

/// Time for which a process that has received a token may stand still without losing it.
const STATED_WAIT: u64 = 5 * SECOND;
/// Most age of a state that a process reports.
const MAX_STATE_AGE: u64 = 90 * SECOND;
/// Most token calls in flight of one process.
const MAX_CALLS_IN_FLIGHT: usize = 64;
/// Most token calls of one process while the provider has asked it to wait.
const MAX_CALLS_WHILE_ASKED_TO_WAIT: u64 = 16;
/// Most tokens that a program loses when it returns without drain while all its tokens are valid.
const MAX_LOST_AT_EXIT: usize = 4;

/// Kind of a broken rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ViolationKind {
    /// A spent refresh token was sent again, although nothing was lost.
    SpentTokenSent,
    /// A token was refreshed that was neither due nor refused.
    NeedlessRefresh,
    /// A connection needs reconnecting although its refresh token is still good.
    GoodTokenAbandoned,
    /// A connection was lost although no response was lost, and no process died or stood still.
    Lost,
    /// A connection was lost, and the reason is wrong.
    WrongReason,
    /// A process reported that a connection needs reconnecting, long after the user connected it again.
    StaleState,
    /// A connection was due and nothing was out of order, but it was not refreshed in time.
    NotRefreshed,
    /// Too many token calls were in flight.
    TooManyCalls,
    /// Too many token calls were sent while the provider had asked to wait.
    RetryAfterIgnored,
    /// A program that returned without drain had more refreshes in flight than it may lose.
    TooManyLostAtExit,
    /// The run had too many steps, or took too long.
    LimitExceeded,
}

/// A broken rule.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Violation {
    /// Simulated time in milliseconds.
    pub at: u64,
    /// Number of the step of the run.
    pub step: u64,
    /// Kind.
    pub kind: ViolationKind,
    /// Account and circumstances.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = crate::trace::clock_time(self.at);
        write!(f, "step {} at {time}: {:?}: {}", self.step, self.kind, self.message)
    }
}

/// Counts of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Refresh requests that arrived at the provider.
    pub refresh_requests: u64,
    /// Refreshes that the provider made.
    pub refreshes: u64,
    /// Times that a connection was marked as needing a reconnect.
    pub lost: u64,
    /// Most token calls in flight of one process.
    pub peak_in_flight: usize,
    /// Most token calls that arrived in one second.
    pub peak_per_second: u64,
}

impl fmt::Display for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { refresh_requests, refreshes, lost, peak_in_flight, peak_per_second } = self;
        write!(
            f,
            "{refresh_requests} refresh requests, {refreshes} refreshes, {lost} lost, at most {peak_in_flight} calls \
             in flight and {peak_per_second} a second"
        )
    }
}

/// Token call of a process, until its response is read or the process gives up.
#[derive(Clone, Copy, Debug)]
struct TokenCall {
    process: usize,
    token: TokenId,
    /// True if the same token may be sent once more.
    is_excused: bool,
}

/// Response that a process has read and not stored: a new token, or a refusal.
#[derive(Clone, Copy, Debug)]
struct UnstoredResponse {
    process: usize,
    spent: TokenId,
    is_excused: bool,
}

#[derive(Debug)]
pub(crate) struct Invariants {
    pub(crate) violations: Vec<Violation>,
    pub(crate) statistics: Statistics,
    pub(crate) step: u64,
    calls: BTreeMap<u64, TokenCall>,
    /// By process, and by the new token or the refused one.
    unstored: BTreeMap<(usize, TokenId), UnstoredResponse>,
    /// Number of arrivals of each refresh token, and of calls with it whose result was lost.
    arrivals: BTreeMap<TokenId, u64>,
    excuses: BTreeMap<TokenId, u64>,
    excused_families: BTreeSet<(usize, u64)>,
    this_second: (u64, u64),
    /// For each process, the time until which it was asked to wait, and the calls that it sent before.
    asked_to_wait: BTreeMap<usize, (u64, u64)>,
    /// Time at which the last fault ended, of everything and of each account.
    calm_since: u64,
    account_calm_since: BTreeMap<usize, u64>,
    clock_was_stepped: bool,
    /// Last time that each account was connected, if it was not lost since.
    connected_at: BTreeMap<usize, u64>,
}

impl Invariants {
    pub(crate) fn new() -> Self {
        Self {
            violations: Vec::new(),
            statistics: Statistics::default(),
            step: 0,
            calls: BTreeMap::new(),
            unstored: BTreeMap::new(),
            arrivals: BTreeMap::new(),
            excuses: BTreeMap::new(),
            excused_families: BTreeSet::new(),
            this_second: (0, 0),
            asked_to_wait: BTreeMap::new(),
            calm_since: 0,
            account_calm_since: BTreeMap::new(),
            clock_was_stepped: false,
            connected_at: BTreeMap::new(),
        }
    }

    pub(crate) fn violate(&mut self, at: u64, kind: ViolationKind, message: String) {
        self.violations.push(Violation { at, step: self.step, kind, message });
    }

    /// Records that something is out of order until this time.
    pub(crate) fn disturb(&mut self, until: u64) {
        self.calm_since = self.calm_since.max(until);
    }

    pub(crate) fn disturb_account(&mut self, account: usize, until: u64) {
        let since = self.account_calm_since.entry(account).or_default();
        *since = until.max(*since);
    }

    pub(crate) fn clock_stepped(&mut self) {
        self.clock_was_stepped = true;
    }

    pub(crate) fn call_sent(&mut self, at: u64, call: u64, process: usize, token: TokenId) {
        self.calls.insert(call, TokenCall { process, token, is_excused: false });
        let in_flight = self.calls.values().filter(|call| call.process == process).count();
        let peak = &mut self.statistics.peak_in_flight;
        if in_flight > MAX_CALLS_IN_FLIGHT && *peak <= MAX_CALLS_IN_FLIGHT {
            let message = format!("process {process} has {in_flight} token calls in flight");
            self.violate(at, ViolationKind::TooManyCalls, message);
        }
        let peak = &mut self.statistics.peak_in_flight;
        *peak = in_flight.max(*peak);
        if let Some((until, calls)) = self.asked_to_wait.get_mut(&process).filter(|(until, _)| at < *until) {
            *calls += 1;
            if *calls == MAX_CALLS_WHILE_ASKED_TO_WAIT + 1 {
                let wait = crate::trace::clock_time(*until);
                let message =
                    format!("process {process} was asked to wait until {wait} and sent {calls} calls");
                self.violate(at, ViolationKind::RetryAfterIgnored, message);
            }
        }
    }

    /// Checks a refresh request that arrives at the provider.
    pub(crate) fn refresh_arrived(
        &mut self,
        at: u64,
        process: usize,
        token: TokenId,
        provider: &SimulatedProvider,
    ) {
        self.statistics.refresh_requests += 1;
        let (second, count) = &mut self.this_second;
        if *second != at / SECOND {
            (*second, *count) = (at / SECOND, 0);
        }
        *count += 1;
        self.statistics.peak_per_second = self.statistics.peak_per_second.max(*count);
        let arrivals = self.arrivals.entry(token).or_default();
        *arrivals += 1;
        let allowed = 1 + self.excuses.get(&token).copied().unwrap_or_default();
        let Some(known) = provider.token(token) else { return };
        if *arrivals > allowed && known.spent_at.is_some() {
            let holder = self.unstored.iter().find(|((_, new), held)| held.spent == token && *new != token);
            let holder = holder.map_or(String::new(), |((holder, _), _)| {
                format!(", while process {holder} holds its successor")
            });
            let message = format!("process {process} sent the spent refresh token {}{holder}", name(token));
            self.violate(at, ViolationKind::SpentTokenSent, message);
        }
        let is_young =
            provider.rules.lifetime.is_none_or(|lifetime| at - known.issued_at < lifetime / 2 - SECOND);
        let is_needless = is_young && known.revoked.is_none() && known.spent_at.is_none();
        if is_needless && !self.clock_was_stepped {
            let message = format!("process {process} refreshed {} long before it is due", name(token));
            self.violate(at, ViolationKind::NeedlessRefresh, message);
        }
    }

    /// Records a call whose result the process cannot know: the same token may be sent once more.
    pub(crate) fn call_lost(&mut self, at: u64, call: u64, provider: &SimulatedProvider) {
        let Some(lost) = self.calls.get_mut(&call).filter(|call| !call.is_excused) else { return };
        lost.is_excused = true;
        let token = lost.token;
        self.excuse(at, token, provider);
    }

    fn excuse(&mut self, at: u64, token: TokenId, provider: &SimulatedProvider) {
        *self.excuses.entry(token).or_default() += 1;
        if let Some(known) = provider.token(token) {
            self.excused_families.insert((token.0, known.family));
        }
        self.disturb_account(token.0, at);
    }

    /// Records that a call has ended for its process, with or without a response.
    pub(crate) fn call_ended(&mut self, at: u64, call: u64, answered: bool, provider: &SimulatedProvider) {
        if !answered {
            self.call_lost(at, call, provider);
        }
        self.calls.remove(&call);
    }

    /// Records the response that a process has read.
    pub(crate) fn response_read(
        &mut self,
        at: u64,
        call: u64,
        issued: Option<TokenId>,
        retry_after: Option<u64>,
    ) {
        let Some(TokenCall { process, token, is_excused }) = self.calls.get(&call).copied() else { return };
        let unstored = UnstoredResponse { process, spent: token, is_excused };
        self.unstored.insert((process, issued.unwrap_or(token)), unstored);
        if let Some(seconds) = retry_after {
            let (until, calls) = self.asked_to_wait.entry(process).or_default();
            if at >= *until {
                *calls = 0;
            }
            *until = (at + seconds * SECOND).max(*until);
        }
    }

    /// Records that a process could not store that this token was refused.
    pub(crate) fn refusal_not_stored(
        &mut self,
        at: u64,
        process: usize,
        account: usize,
        provider: &SimulatedProvider,
    ) {
        let refused: Vec<TokenId> = self
            .unstored
            .extract_if((process, (account, 0))..=(process, (account, u64::MAX)), |_, _| true)
            .map(|(_, unstored)| unstored.spent)
            .collect();
        for token in refused {
            self.excuse(at, token, provider);
        }
    }

    pub(crate) fn stored(&mut self, token: TokenId) {
        self.unstored.retain(|(_, unstored), _| *unstored != token);
    }

    /// Records that a process ended, or stands still for this time.
    pub(crate) fn process_stopped(
        &mut self,
        at: u64,
        process: usize,
        length: Option<u64>,
        provider: &SimulatedProvider,
    ) {
        self.disturb(at + length.unwrap_or_default());
        if length.is_some_and(|length| length <= STATED_WAIT) {
            return;
        }
        let calls: Vec<u64> =
            self.calls.iter().filter(|(_, call)| call.process == process).map(|(id, _)| *id).collect();
        for call in calls {
            self.call_lost(at, call, provider);
        }
        let held: Vec<UnstoredResponse> = self
            .unstored
            .values_mut()
            .filter(|unstored| unstored.process == process && !unstored.is_excused)
            .map(|unstored| {
                unstored.is_excused = true;
                *unstored
            })
            .collect();
        for unstored in held {
            self.excuse(at, unstored.spent, provider);
        }
        if length.is_none() {
            self.unstored.retain(|(holder, _), _| *holder != process);
        }
    }

    /// Checks the refreshes in flight of a program that returns without drain.
    pub(crate) fn check_exit(&mut self, at: u64, process: usize, provider: &SimulatedProvider) {
        let of_process = |holder: usize, token: TokenId| {
            (holder == process && provider.is_accepted_by_api(token, at)).then_some(token.0)
        };
        let calls = self.calls.values().filter_map(|call| of_process(call.process, call.token));
        let unstored =
            self.unstored.values().filter_map(|unstored| of_process(unstored.process, unstored.spent));
        let accounts: BTreeSet<usize> = calls.chain(unstored).collect();
        if accounts.len() > MAX_LOST_AT_EXIT {
            let count = accounts.len();
            let message = format!("process {process} ended with {count} refreshes of valid tokens in flight");
            self.violate(at, ViolationKind::TooManyLostAtExit, message);
        }
    }

    pub(crate) fn connected(&mut self, account: usize, at: u64) {
        self.connected_at.insert(account, at);
    }

    /// Checks a process's report that a connection needs reconnecting.
    pub(crate) fn check_reported_loss(&mut self, at: u64, process: usize, account: usize) {
        let Some(connected_at) = self.connected_at.get(&account) else { return };
        let calm = self.account_calm_since.get(&account).copied().unwrap_or_default();
        if at > (*connected_at).max(self.calm_since).max(calm) + MAX_STATE_AGE {
            let message = format!("process {process} reports that a{account} needs reconnecting");
            self.violate(at, ViolationKind::StaleState, message);
        }
    }

    /// Checks that a connection was lost for a cause, and that the reason is the right one.
    pub(crate) fn check_loss(
        &mut self,
        at: u64,
        token: TokenId,
        reason: ReconnectReason,
        provider: &SimulatedProvider,
    ) {
        self.connected_at.remove(&token.0);
        let reason = reason.as_str();
        let Some(known) = provider.token(token) else { return };
        let is_excused = self.excused_families.contains(&(token.0, known.family));
        let was_disturbed = self.calm_since > 0 || self.account_calm_since.contains_key(&token.0);
        let name = name(token);
        let is_good = match provider.rules.refreshes {
            true => provider.is_live(token, at),
            false => provider.is_accepted_by_api(token, at),
        };
        let right = match known.revoked {
            // An intent may be left from a call that was never sent.
            Some(Revocation::ByUser) if was_disturbed => &["revoked", "outcome_unknown", "token_refused"][..],
            Some(Revocation::ByUser) => &["revoked", "token_refused"],
            _ if !provider.rules.refreshes => &["token_refused"],
            Some(Revocation::ByReuse) => &["outcome_unknown"],
            None if known.spent_at.is_some() => &["outcome_unknown"],
            None => &["lapsed"],
        };
        if is_good {
            let message = format!("{name} is still good, and needs reconnecting: {reason}");
            self.violate(at, ViolationKind::GoodTokenAbandoned, message);
            return;
        }
        if !right.contains(&reason) {
            let message = format!("{name} was lost with reason {reason} instead of {}", right.join(" or "));
            self.violate(at, ViolationKind::WrongReason, message);
        }
        let has_cause = is_excused || known.revoked == Some(Revocation::ByUser) || !provider.rules.refreshes;
        if !has_cause {
            let message = format!("{name} was lost without a lost response: {reason}");
            self.violate(at, ViolationKind::Lost, message);
        }
    }

    /// Checks that every connection that is due has been refreshed, unless something was out of order.
    pub(crate) fn check_liveness(
        &mut self,
        at: u64,
        plan: &Plan,
        active: &[usize],
        provider: &SimulatedProvider,
    ) {
        let (Some(lifetime), Some(allowance), true) =
            (provider.rules.lifetime, plan.refresh_allowance(), provider.rules.refreshes)
        else {
            return;
        };
        for account in active.iter().copied() {
            let Some((token, newest)) = provider.newest(account) else { continue };
            let calm = self.account_calm_since.get(&account).copied().unwrap_or_default();
            let since = (newest.issued_at + lifetime).max(self.calm_since).max(calm);
            if at > since + allowance {
                let message = format!("{} expired and was not refreshed", name(token));
                self.violate(at, ViolationKind::NotRefreshed, message);
                // Reported again only after the same time.
                self.disturb_account(account, at);
            }
        }
    }
}

fn name((account, serial): TokenId) -> String {
    format!("a{account} #{serial}")
}

impl ProviderRequest {
    pub(crate) fn describe(self) -> String {
        match self {
            Self::Connect { account } => format!("connect a{account}"),
            Self::Refresh(token) => format!("refresh {}", name(token)),
            Self::Call(token) => format!("call {}", name(token)),
        }
    }
}
