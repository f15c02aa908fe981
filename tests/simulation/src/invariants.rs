//! Rules that hold in every run, and the facts that they are checked with.

use std::collections::{BTreeMap, BTreeSet};

use oauth_core::store::ReconnectReason;

use crate::plan::{DAY, HOUR, MINUTE, Plan, SECOND};
use crate::process_view::ProcessView;
use crate::simulated_provider::{Meaning, ProviderRequest, Revocation, SimulatedProvider, TokenId};
use crate::violation::{Statistics, Violation, ViolationKind};

/// Time for which a process that has received a token may stand still without losing it.
const STATED_WAIT: u64 = 5 * SECOND;
/// Most age of a state that a process reports.
const MAX_STATE_AGE: u64 = 90 * SECOND;
/// Most token calls in flight of one process.
const MAX_CALLS_IN_FLIGHT: usize = 32;
/// Most token calls of one process while the provider has asked it to wait.
const MAX_CALLS_WHILE_ASKED_TO_WAIT: u64 = 4;
/// Most token calls of one process in ten minutes, when no call had a definite outcome for ten minutes
/// before.
const MAX_CALLS_IN_TROUBLE: usize = 24;
/// Most tokens that a program loses when it returns without drain while all its tokens are valid.
const MAX_LOST_AT_EXIT: usize = 4;
/// Time in which the refusals of several accounts are an incident, and after which one refusal is believed.
pub(crate) const REFUSAL_WINDOW: u64 = 10 * MINUTE;
/// Time after which the refusals of an incident are believed.
pub(crate) const LONGEST_INCIDENT: u64 = DAY;

/// Token call of a process, until its response is read or the process gives up.
#[derive(Clone, Copy, Debug)]
struct TokenCall {
    process: usize,
    token: TokenId,
    sent_at: u64,
    /// True if the provider had accepted a token shortly before.
    is_trusted: bool,
    /// True if the same token may be sent once more.
    is_excused: bool,
    /// True if the store had given the token up when it was sent. A late request may arrive after that.
    is_given_up: bool,
}

/// Token that a process has received and not stored.
#[derive(Clone, Copy, Debug)]
struct UnsavedToken {
    process: usize,
    spent: TokenId,
    sent_at: u64,
    is_excused: bool,
}

/// Part of an account that the store lost when it went back.
#[derive(Clone, Copy, Debug)]
struct LostRecord {
    lost: TokenId,
    restored: TokenId,
    /// True if the user has connected again between the two, so that no process writes the lost token back.
    is_other_connection: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Invariants {
    pub(crate) violations: Vec<Violation>,
    pub(crate) statistics: Statistics,
    pub(crate) step: u64,
    is_swept: bool,
    views: BTreeMap<usize, ProcessView>,
    calls: BTreeMap<u64, TokenCall>,
    /// By the new token.
    unsaved: BTreeMap<TokenId, UnsavedToken>,
    /// Number of times that a token was sent, and that its call had no known outcome.
    sent: BTreeMap<TokenId, u64>,
    excuses: BTreeMap<TokenId, u64>,
    /// Tokens that may have a successor which no process can save.
    may_be_lost: BTreeSet<TokenId>,
    /// Tokens that some process knows to be refused, and those that the store has given up.
    refused: BTreeSet<TokenId>,
    given_up: BTreeSet<TokenId>,
    /// Good tokens that a process gave up because it could believe that they were refused.
    believed: BTreeSet<TokenId>,
    /// Tokens that were sent although an earlier call of another lease had no known outcome.
    in_doubt: BTreeSet<TokenId>,
    lost_records: BTreeMap<usize, LostRecord>,
    restored: BTreeSet<TokenId>,
    /// Processes that have recorded the intent to send a token, and have not sent it.
    intents: BTreeSet<(usize, TokenId)>,
    /// Time until which each process stands still.
    stalled_until: BTreeMap<usize, u64>,
    /// The intents among them of a token that was restored.
    restored_intents: BTreeSet<(usize, TokenId)>,
    /// Tokens that were sent because the process could not know that the store went back.
    sent_after_restore: BTreeSet<TokenId>,
    /// Authorizations of which a process sent a token that was lost when the store went back.
    reused_after_restore: BTreeSet<(usize, u64)>,
    this_second: (u64, u64),
    /// Time at which the last fault ended, of everything and of each account.
    calm_since: u64,
    account_calm_since: BTreeMap<usize, u64>,
    clock_was_stepped: bool,
    /// Time until which tokens may be refreshed late because of a clock.
    may_be_late_until: u64,
    /// Last time that each account was connected, if it was not lost since.
    connected_at: BTreeMap<usize, u64>,
    /// Token of each account in the store, and all that a backup has.
    stored: BTreeMap<usize, TokenId>,
    backup: Option<(BTreeMap<usize, TokenId>, BTreeMap<usize, u64>)>,
}

impl Invariants {
    pub(crate) fn new(plan: &Plan) -> Self {
        // Tokens that never expire are not due, so that a sweep does not read them.
        let is_swept = plan.sweep_every.is_some() && plan.rules.lifetime.is_some();
        Self { is_swept, ..Self::default() }
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

    /// Returns the time since when nothing was out of order for this account.
    fn calm_since(&self, account: usize) -> u64 {
        self.calm_since.max(self.account_calm_since.get(&account).copied().unwrap_or_default())
    }

    /// Records that a clock is wrong by this much, until this time.
    pub(crate) fn clock_stepped(&mut self, until: u64, by: i64) {
        self.clock_was_stepped = true;
        if let Ok(ahead @ 1..) = u64::try_from(by) {
            // A token that was received then is due later by as much. A difference below the tolerance of an
            // hour is not noticed, nor that of a token that is as old.
            self.may_be_late_until = (until + HOUR + ahead.min(2 * HOUR)).max(self.may_be_late_until);
        }
    }

    fn view(&mut self, process: usize) -> &mut ProcessView {
        self.views.entry(process).or_default()
    }

    /// Records a call that a process sends. Returns true if a rule about refusals allows it.
    pub(crate) fn call_sent(
        &mut self,
        at: u64,
        call: u64,
        process: usize,
        token: TokenId,
        spends_first: bool,
    ) -> bool {
        let is_trusted = self.view(process).is_trusted(at);
        let is_given_up = self.given_up.contains(&token);
        let sent = TokenCall { process, token, sent_at: at, is_trusted, is_excused: false, is_given_up };
        self.calls.insert(call, sent);
        let of_process = || self.calls.values().filter(|call| call.process == process);
        let (in_flight, untrusted) =
            (of_process().count(), of_process().filter(|call| !call.is_trusted).count());
        if in_flight > MAX_CALLS_IN_FLIGHT || (untrusted > 1 && !is_trusted) {
            let message = format!(
                "process {process} has {in_flight} token calls in flight, {untrusted} of them untrusted"
            );
            self.violate(at, ViolationKind::TooManyCalls, message);
        }
        self.statistics.peak_in_flight = in_flight.max(self.statistics.peak_in_flight);
        if self.view(process).count_call_in_trouble(at) > MAX_CALLS_IN_TROUBLE {
            let message = format!("process {process} continues to call although no call succeeds");
            self.violate(at, ViolationKind::TooManyCalls, message);
        }
        if self.view(process).count_call_while_asked_to_wait(at) == MAX_CALLS_WHILE_ASKED_TO_WAIT + 1 {
            let message = format!("process {process} was asked to wait and went on calling");
            self.violate(at, ViolationKind::RetryAfterIgnored, message);
        }
        self.intents.remove(&(process, token));
        let view = self.views.entry(process).or_default();
        if self.restored_intents.remove(&(process, token)) {
            self.sent_after_restore.insert(token);
            return true;
        }
        // A process that was not told of a refusal may find out itself.
        view.may_send_refused(token, at, spends_first).unwrap_or(self.refused.contains(&token))
    }

    /// Checks a refresh request that arrives at the provider.
    pub(crate) fn refresh_arrived(
        &mut self,
        at: u64,
        process: usize,
        token: TokenId,
        mut is_allowed: bool,
        provider: &SimulatedProvider,
    ) {
        self.statistics.refresh_requests += 1;
        let (second, count) = &mut self.this_second;
        if *second != at / SECOND {
            (*second, *count) = (at / SECOND, 0);
        }
        *count += 1;
        self.statistics.peak_per_second = self.statistics.peak_per_second.max(*count);
        let ended_at = provider.incident_until();
        if at < ended_at {
            self.statistics.incident_requests += 1;
        }
        let Some(known) = provider.token(token) else { return };
        if let Some(LostRecord { restored, .. }) = self.lost_records.get(&token.0)
            && *restored == token
            && !self.view(process).holds_newer(token)
        {
            // The process cannot know that the store went back.
            is_allowed = true;
            self.sent_after_restore.insert(token);
        }
        if self.sent_after_restore.contains(&token) {
            self.reused_after_restore.insert((token.0, known.family));
        }
        if !is_allowed {
            let sent = self.sent.entry(token).or_default();
            *sent += 1;
            is_allowed = *sent <= 1 + self.excuses.get(&token).copied().unwrap_or_default();
        }
        let mut calls = self.calls.values().filter(|call| (call.process, call.token) == (process, token));
        if !is_allowed || calls.any(|call| call.is_given_up) {
            let holder = self.unsaved.values().find(|held| held.spent == token);
            let holder = holder.map_or(String::new(), |held| {
                format!(", while process {} holds its successor", held.process)
            });
            let message = format!("process {process} sent the refresh token {} again{holder}", name(token));
            self.violate(at, ViolationKind::SpentTokenSent, message);
        }
        let has_expired_by = |end| provider.rules.lifetime.is_some_and(|life| known.issued_at + life < end);
        if ended_at <= at && known.spent_at.is_none() && has_expired_by(ended_at) {
            self.statistics.recovery = self.statistics.recovery.max(at - ended_at);
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
    pub(crate) fn call_lost(&mut self, at: u64, call: u64) {
        let Some(lost) = self.calls.get_mut(&call).filter(|call| !call.is_excused) else { return };
        lost.is_excused = true;
        let token = lost.token;
        self.excuse(at, token);
        self.may_be_lost.insert(token);
    }

    fn excuse(&mut self, at: u64, token: TokenId) {
        *self.excuses.entry(token).or_default() += 1;
        self.disturb_account(token.0, at);
    }

    /// Records that a call has ended for its process, and if its outcome is known.
    pub(crate) fn call_ended(&mut self, at: u64, call: u64, is_known: bool) {
        if !is_known {
            self.call_lost(at, call);
        }
        if let Some(ended) = self.calls.remove(&call) {
            self.view(ended.process).call_ended(at, is_known);
        }
    }

    /// Records the response that a process has read.
    pub(crate) fn response_read(&mut self, at: u64, call: u64, response: Meaning, spends_first: bool) {
        let Some(TokenCall { process, token, sent_at, is_excused, .. }) = self.calls.get(&call).copied()
        else {
            return;
        };
        let view = self.views.entry(process).or_default();
        match response {
            Meaning::Issued(issued) => {
                view.accepted(issued.0, sent_at, at);
                view.hold(issued);
                self.unsaved.insert(issued, UnsavedToken { process, spent: token, sent_at, is_excused });
            }
            Meaning::GrantRefused => {
                view.refused(token, at, spends_first);
                self.refused.insert(token);
                let pause = if spends_first { HOUR } else { MINUTE };
                if view.may_be_in_incident(at) {
                    self.disturb(at + pause);
                }
            }
            // Where a call destroys a token, only the operator ends the pause.
            Meaning::ClientRefused if spends_first => view.ask_to_wait(at, u64::MAX),
            Meaning::ClientRefused => view.ask_to_wait(at, at + HOUR),
            Meaning::Unavailable { retry_after: Some(seconds) } => {
                view.ask_to_wait(at, at + seconds * SECOND);
            }
            Meaning::Unavailable { .. } | Meaning::ApiResponse => {}
        }
    }

    /// Records that a process could not store what it decided about an account.
    pub(crate) fn decision_not_stored(&mut self, at: u64, account: usize) {
        if let Some(stored) = self.stored.get(&account).copied() {
            self.excuse(at, stored);
            // Another holder may have sent it since.
            self.in_doubt.insert(stored);
        }
    }

    /// Records that an operation of a process on an account fails. If it is the one that could write a lost
    /// token back, that may come too late.
    pub(crate) fn store_failed(&mut self, process: usize, account: usize) {
        if let Some(record) = self.lost_records.get(&account).copied()
            && self.view(process).holds(record.lost)
        {
            self.may_be_lost.insert(record.restored);
        }
    }

    /// Records that a process has read this token from the store.
    pub(crate) fn token_read(&mut self, process: usize, token: TokenId) {
        self.view(process).hold(token);
    }

    /// Records that a process is about to send the stored token.
    pub(crate) fn intent_recorded(&mut self, process: usize, account: usize) {
        let Some(token) = self.stored.get(&account).copied() else { return };
        self.intents.insert((process, token));
        let is_restored = self.lost_records.get(&account).is_some_and(|record| record.restored == token);
        if is_restored && !self.view(process).holds_newer(token) {
            // The process cannot know that the store went back.
            self.restored_intents.insert((process, token));
        }
    }

    /// Records that the outcome of a call with the stored token is unknown, while it is sent again or given
    /// up.
    pub(crate) fn has_doubt(&mut self, account: usize) {
        self.in_doubt.extend(self.stored.get(&account));
    }

    pub(crate) fn token_stored(&mut self, at: u64, token: TokenId, lease: u64) {
        self.stored.insert(token.0, token);
        // Written back by a process that was not told.
        self.given_up.remove(&token);
        if let Some(unsaved) = self.unsaved.remove(&token)
            && at >= unsaved.sent_at + lease * 3 / 4
        {
            // The lease may have ended, so that another process may have sent its predecessor.
            self.in_doubt.insert(token);
        }
        if let Some(record) = self.lost_records.get_mut(&token.0) {
            // A process that knows only a part of what was lost can write that back.
            record.restored = token;
            self.restored.insert(token);
            let lost = record.lost;
            if self.has_lost_successor(token) {
                self.may_be_lost.insert(token);
            }
            // The other processes read it again later.
            self.disturb_account(token.0, at);
            if token >= lost {
                self.lost_records.remove(&token.0);
            } else {
                self.forgive_lost_records(at);
            }
        }
    }

    /// True if a later token of the account was given up.
    fn has_lost_successor(&self, token: TokenId) -> bool {
        self.given_up.range(token..=(token.0, u64::MAX)).any(|given_up| *given_up > token)
    }

    pub(crate) fn store_backed_up(&mut self) {
        self.backup = Some((self.stored.clone(), self.connected_at.clone()));
    }

    /// Records that the store went back to its backup.
    pub(crate) fn store_went_back(&mut self, at: u64, provider: &SimulatedProvider) {
        let Some((stored, mut connected_at)) = self.backup.clone() else { return };
        let family = |token: TokenId| provider.token(token).map(|known| known.family);
        for (account, lost) in std::mem::replace(&mut self.stored, stored) {
            if let Some(restored) = self.stored.get(&account).copied().filter(|restored| *restored < lost) {
                let earlier = self.lost_records.get(&account).map_or(lost, |record| record.lost.max(lost));
                let is_other_connection = family(earlier) != family(restored);
                let record = LostRecord { lost: earlier, restored, is_other_connection };
                self.lost_records.insert(account, record);
                self.views.values_mut().for_each(|view| view.forget_refusals(account));
            }
        }
        // A process that holds the newer connection waits for the user.
        connected_at.retain(|account, _| {
            self.lost_records.get(account).is_none_or(|record| !record.is_other_connection)
        });
        for token in self.stored.values() {
            self.given_up.remove(token);
            if self.has_lost_successor(*token) {
                self.may_be_lost.insert(*token);
            }
            // Its intent may be lost, so that the doubt is not known.
            self.restored.insert(*token);
        }
        self.connected_at = connected_at;
        self.disturb(at);
        // The intents of these calls may be lost.
        let calls = self.calls.values().map(|call| call.token);
        let intents = std::mem::take(&mut self.intents).into_iter().map(|(_, token)| token);
        let unsaved = self.unsaved.values().map(|held| held.spent);
        let in_flight: Vec<TokenId> = calls.chain(intents).chain(unsaved).collect();
        for token in in_flight {
            self.excuse(at, token);
            self.may_be_lost.insert(token);
        }
        self.forgive_lost_records(at);
    }

    /// Allows the loss of tokens that the store has lost and no running process holds. Without sweeps, a process that
    /// holds one may not be used in time.
    fn forgive_lost_records(&mut self, at: u64) {
        for record in self.lost_records.values() {
            let is_held = self.views.iter().any(|(process, view)| {
                let is_stalled = self.stalled_until.get(process).is_some_and(|until| *until > at);
                view.holds(record.lost) && !is_stalled
            });
            if !self.is_swept || !is_held || record.is_other_connection {
                self.may_be_lost.insert(record.restored);
            }
        }
    }

    /// Records that a process ended, or stands still for this time.
    pub(crate) fn process_stopped(&mut self, at: u64, process: usize, length: Option<u64>) {
        self.disturb(at + length.unwrap_or_default());
        self.stalled_until.insert(process, at + length.unwrap_or_default());
        if length.is_some_and(|length| length <= STATED_WAIT) {
            return;
        }
        let calls: Vec<u64> =
            self.calls.iter().filter(|(_, call)| call.process == process).map(|(id, _)| *id).collect();
        for call in calls {
            self.call_lost(at, call);
        }
        let mut held = Vec::new();
        for unsaved in self.unsaved.values_mut().filter(|unsaved| unsaved.process == process) {
            if !std::mem::replace(&mut unsaved.is_excused, true) {
                held.push(unsaved.spent);
            }
        }
        for token in held {
            self.excuse(at, token);
            self.may_be_lost.insert(token);
        }
        if length.is_none() {
            self.intents.retain(|(of, _)| *of != process);
            self.unsaved.retain(|_, unsaved| unsaved.process != process);
        }
        let view = self.views.remove(&process);
        self.forgive_lost_records(at);
        if let (Some(_), Some(view)) = (length, view) {
            self.views.insert(process, view);
        }
    }

    /// Checks the refreshes in flight of a program that returns without drain.
    pub(crate) fn check_exit(&mut self, at: u64, process: usize, provider: &SimulatedProvider) {
        let of_process = |holder: usize, token: TokenId| {
            (holder == process && provider.is_accepted_by_api(token, at)).then_some(token.0)
        };
        let calls = self.calls.values().filter_map(|call| of_process(call.process, call.token));
        let unsaved = self.unsaved.values().filter_map(|unsaved| of_process(unsaved.process, unsaved.spent));
        let accounts: BTreeSet<usize> = calls.chain(unsaved).collect();
        if accounts.len() > MAX_LOST_AT_EXIT {
            let count = accounts.len();
            let message = format!("process {process} ended with {count} refreshes of valid tokens in flight");
            self.violate(at, ViolationKind::TooManyLostAtExit, message);
        }
    }

    pub(crate) fn connected(&mut self, account: usize, at: u64) {
        self.connected_at.insert(account, at);
    }

    /// Records that a process reported an error of the wrong kind.
    pub(crate) fn false_report(&mut self, at: u64, process: usize, account: usize, error: &str) {
        let message = format!("process {process} reports for a{account}: {error}");
        self.violate(at, ViolationKind::FalseReport, message);
    }

    /// Checks a process's report that a connection needs reconnecting.
    pub(crate) fn check_reported_loss(&mut self, at: u64, process: usize, account: usize) {
        let Some(connected_at) = self.connected_at.get(&account).copied() else { return };
        if let (Some(record), Some(view)) = (self.lost_records.get(&account), self.views.get(&process))
            && view.holds_newer(record.restored)
        {
            // The stored token is the predecessor of one that was given up.
            return;
        }
        if let (Some(stored), Some(view)) = (self.stored.get(&account), self.views.get_mut(&process))
            && view.may_believe_refusal(*stored, at)
        {
            // It could not store what it decided.
            return;
        }
        if at > connected_at.max(self.calm_since(account)) + MAX_STATE_AGE {
            self.false_report(at, process, account, "it needs reconnecting");
        }
    }

    /// Checks a failed call.
    pub(crate) fn check_failed_call(
        &mut self,
        at: u64,
        process: usize,
        account: usize,
        error: &str,
        provider: &SimulatedProvider,
    ) {
        let (Some(stored), Some(connected_at)) =
            (self.stored.get(&account).copied(), self.connected_at.get(&account).copied())
        else {
            return;
        };
        // Another process may have refreshed it.
        let issued_at = provider.token(stored).map_or(0, |known| known.issued_at);
        let is_calm = at > connected_at.max(issued_at).max(self.calm_since(stored.0)) + MAX_STATE_AGE;
        // For a process, a lifetime begins with the request, and ends earlier if its clock is ahead.
        let margin = if self.clock_was_stepped { 5 * MINUTE } else { MINUTE };
        if is_calm && provider.is_accepted_by_api(stored, at + margin) {
            let message = format!("process {process} has no use of the valid {}: {error}", name(stored));
            self.violate(at, ViolationKind::CallFailed, message);
        }
    }

    /// Checks that a process gives up a connection for a cause, and that the reason is the right one.
    pub(crate) fn check_loss(
        &mut self,
        at: u64,
        process: usize,
        account: usize,
        reason: ReconnectReason,
        provider: &SimulatedProvider,
    ) {
        let Some(token) = self.stored.get(&account).copied() else { return };
        self.statistics.lost += 1;
        self.connected_at.remove(&token.0);
        self.given_up.insert(token);
        let reason = reason.as_str();
        let Some(known) = provider.token(token) else { return };
        let name = name(token);
        let is_good = match provider.rules.refreshes {
            true => provider.is_live(token, at),
            false => provider.is_accepted_by_api(token, at),
        };
        if is_good {
            // The provider refused no other account meanwhile, so that this was not known to be an incident.
            // A process that was told of such a verdict stores it again after the store went back.
            if !self.view(process).may_believe_refusal(token, at) && !self.believed.contains(&token) {
                let message = format!("{name} is still good, and needs reconnecting: {reason}");
                self.violate(at, ViolationKind::GoodTokenAbandoned, message);
            }
            self.believed.insert(token);
            return;
        }
        // The user, or reuse of the predecessor while the response with this token was on its way.
        let is_overtaken = self.may_be_lost.contains(&(token.0, token.1 - 1));
        let in_doubt = self.in_doubt.contains(&token) || is_overtaken;
        let is_reused = self.reused_after_restore.contains(&(token.0, known.family));
        let right: &[&str] = match known.revoked {
            _ if !provider.rules.refreshes => &["token_refused"],
            // A record that was restored, or written back, does not say if the token was spent.
            _ if is_reused || self.restored.contains(&token) => &["revoked", "outcome_unknown"],
            Some(Revocation::ByUser) if in_doubt || self.clock_was_stepped => &["revoked", "outcome_unknown"],
            Some(Revocation::ByUser) => &["revoked"],
            Some(Revocation::ByReuse) => &["outcome_unknown"],
            None if known.spent_at.is_some() => &["outcome_unknown"],
            None => &["lapsed"],
        };
        let is_right = right.contains(&reason) || (reason == "lapsed" && self.clock_was_stepped);
        if !is_right {
            let message = format!("{name} was lost with reason {reason} instead of {}", right.join(" or "));
            self.violate(at, ViolationKind::WrongReason, message);
        }
        let is_caused_by_user = known.revoked == Some(Revocation::ByUser) || !provider.rules.refreshes;
        let is_caused_by_reuse = known.revoked == Some(Revocation::ByReuse) && (is_overtaken || is_reused);
        // In an incident, a process that holds the token that the store has lost does not read it.
        let is_forgotten = self.lost_records.get(&token.0).is_some_and(|record| {
            let can_save = |view: &ProcessView| view.holds(record.lost) && !view.may_be_in_incident(at);
            record.restored == token && !self.views.values().any(can_save)
        });
        let is_unnoticed = self.view(process).is_restored_unnoticed(token);
        let may_be_lost = is_forgotten || is_unnoticed || self.may_be_lost.contains(&token);
        if !is_caused_by_user && !is_caused_by_reuse && !may_be_lost {
            let message = format!("{name} was lost without a lost response: {reason}");
            self.violate(at, ViolationKind::Lost, message);
        }
    }

    /// Checks that every connection that is due has been refreshed or given up, unless something was out of
    /// order.
    pub(crate) fn check_liveness(&mut self, at: u64, plan: &Plan, provider: &SimulatedProvider) {
        let (Some(lifetime), Some(allowance), true) =
            (provider.rules.lifetime, plan.refresh_allowance(), provider.rules.refreshes)
        else {
            return;
        };
        if self.views.values().any(|view| view.may_be_in_incident(at)) {
            self.disturb(at);
        }
        let active: Vec<TokenId> =
            self.connected_at.keys().filter_map(|account| self.stored.get(account)).copied().collect();
        for stored in active {
            let Some(known) = provider.token(stored) else { continue };
            let doubted_until =
                self.views.values().filter_map(|view| view.may_doubt_refusals_until(stored)).max();
            let since = (known.issued_at + lifetime)
                .max(self.calm_since(stored.0))
                .max(self.may_be_late_until)
                .max(doubted_until.unwrap_or_default());
            // A refusal is believed at the second attempt, and each may wait for a sweep.
            let is_dead = !provider.is_live(stored, at);
            let allowance = if is_dead { 2 * allowance + REFUSAL_WINDOW } else { allowance };
            if at > since + allowance {
                let message = format!("{} expired and was not refreshed", name(stored));
                self.violate(at, ViolationKind::NotRefreshed, message);
                // Reported again only after the same time.
                self.disturb_account(stored.0, at);
            }
        }
    }
}

pub(crate) fn name((account, serial): TokenId) -> String {
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
