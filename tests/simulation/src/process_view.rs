//! Answers that a process has received since it started, by which the rules about refusals judge it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::invariants::{LONGEST_INCIDENT, REFUSAL_WINDOW};
use crate::plan::MINUTE;
use crate::simulated_provider::TokenId;

/// Shortest pause between two token calls during an incident.
const INCIDENT_PAUSE: u64 = MINUTE;

/// Longest time from a success to the start of a call that runs in parallel to others because of it: a minute, and the
/// time that a slow store takes between a permit and the call.
const TRUSTED_FOR: u64 = 2 * MINUTE;

#[derive(Debug, Default)]
pub(crate) struct ProcessView {
    refusals: BTreeMap<TokenId, Refusals>,
    /// Refusals of several accounts, and those that must be an incident for every process.
    possible_incident: IncidentView,
    certain_incident: IncidentView,
    accepted_at: Option<u64>,
    accepted: u64,
    /// Newest token of each account.
    held: BTreeMap<usize, TokenId>,
    /// Time until which the provider has asked to wait, and the calls meanwhile.
    asked_to_wait: (u64, u64),
    /// Time since when no call had a definite outcome, and the calls long after that.
    trouble_since: Option<u64>,
    calls_in_trouble: VecDeque<u64>,
}

/// Time since when several accounts are refused, and the end of the last such incident.
#[derive(Debug, Default)]
struct IncidentView {
    since: Option<u64>,
    ended_at: Option<u64>,
}

impl IncidentView {
    fn end(&mut self, at: u64) {
        if self.since.take().is_some() {
            self.ended_at = Some(at);
        }
    }

    /// True for at most the time after which the refusals of an incident are believed.
    fn is_on(&self, at: u64) -> bool {
        self.since.is_some_and(|since| at < since + LONGEST_INCIDENT)
    }
}

/// Refusals of one token.
#[derive(Clone, Copy, Debug)]
struct Refusals {
    first: u64,
    last: u64,
    /// Number of tokens that the provider had accepted before the first.
    accepted_before: u64,
    /// Number of tokens that the provider had accepted before the last.
    accepted_at_last: u64,
    /// True if it was refused again after the provider had accepted several tokens.
    is_confirmed: bool,
    /// True if a process could believe it at some time.
    is_believable: bool,
    /// True if the store went back since, so that the process may have forgotten it.
    is_forgotten: bool,
}

impl ProcessView {
    pub(crate) fn hold(&mut self, token: TokenId) {
        let held = self.held.entry(token.0).or_insert(token);
        *held = token.max(*held);
    }

    pub(crate) fn holds(&self, token: TokenId) -> bool {
        self.held.get(&token.0).is_some_and(|held| *held >= token)
    }

    pub(crate) fn holds_newer(&self, token: TokenId) -> bool {
        self.held.get(&token.0).is_some_and(|held| *held > token)
    }

    /// Records that a token of this account was accepted by a call that was sent at this time.
    pub(crate) fn accepted(&mut self, account: usize, sent_at: u64, at: u64) {
        for (_, refusals) in self.refusals.range_mut((account, 0)..=(account, u64::MAX)) {
            // No longer evidence about the provider.
            refusals.is_confirmed = true;
        }
        self.accepted_at = Some(at);
        self.accepted += 1;
        // A call that was sent before a refusal is no evidence about it.
        if sent_at > self.last_refused_at() {
            self.possible_incident.end(at);
            self.certain_incident.end(at);
        }
    }

    fn last_refused_at(&self) -> u64 {
        self.refusals.values().map(|one| one.last).max().unwrap_or_default()
    }

    pub(crate) fn refused(&mut self, token: TokenId, at: u64, spends_first: bool) {
        let is_recent = |refusals: &Refusals| at - refusals.last < REFUSAL_WINDOW;
        let is_open =
            |refusals: &Refusals| self.accepted_at.is_none_or(|accepted_at| accepted_at < refusals.last);
        // Where no token is sent to find out, only a success shows that it is no incident.
        let may_count =
            |refusals: &Refusals| if spends_first { is_open(refusals) } else { is_recent(refusals) };
        let others = self.refusals.iter().filter(|(other, one)| other.0 != token.0 && may_count(one));
        if others.clone().next().is_some() {
            self.possible_incident.since.get_or_insert(at);
        }
        let others = others.filter(|(_, one)| !one.is_confirmed && is_recent(one));
        let accepted = self.accepted;
        let accepted_since = others.clone().map(|(_, one)| accepted - one.accepted_at_last).max();
        let others = others.map(|(other, _)| other.0).collect::<BTreeSet<_>>().len();
        let new = Refusals {
            first: at,
            last: at,
            accepted_before: accepted,
            accepted_at_last: accepted,
            is_confirmed: false,
            is_believable: false,
            is_forgotten: false,
        };
        let refusals = self.refusals.entry(token).or_insert(new);
        refusals.is_confirmed |= accepted >= refusals.accepted_before + 2;
        (refusals.last, refusals.accepted_at_last) = (at, accepted);
        if self.certain_incident.ended_at.is_some_and(|ended_at| ended_at >= refusals.first) {
            // After an incident the window begins anew.
            refusals.first = at;
        }
        let refused = others + usize::from(!refusals.is_confirmed);
        // Few refusals among many accepted tokens are no incident.
        if refused >= 2 && refused as u64 > accepted_since.unwrap_or_default() {
            self.certain_incident.since.get_or_insert(at);
        }
    }

    /// Records that the store lost the newest tokens of an account.
    pub(crate) fn forget_refusals(&mut self, account: usize) {
        for (_, refusals) in self.refusals.range_mut((account, 0)..=(account, u64::MAX)) {
            refusals.is_forgotten = true;
        }
    }

    /// True while several accounts are refused and none is accepted.
    pub(crate) fn may_be_in_incident(&self, at: u64) -> bool {
        self.possible_incident.is_on(at)
    }

    /// Returns the time until which the refusals of this token may be an incident's.
    pub(crate) fn may_doubt_refusals_until(&self, token: TokenId) -> Option<u64> {
        let refusals = self.refusals.get(&token).filter(|_| self.possible_incident.since.is_some())?;
        Some(refusals.first + LONGEST_INCIDENT)
    }

    /// True if it was refused before the store went back, and the process knows no newer token of the
    /// account.
    pub(crate) fn is_restored_unnoticed(&self, token: TokenId) -> bool {
        !self.holds_newer(token) && self.refusals.get(&token).is_some_and(|refusals| refusals.is_forgotten)
    }

    /// True if a token may be sent although the process was told that it is refused. `None` if it was not
    /// told.
    pub(crate) fn may_send_refused(&self, token: TokenId, at: u64, spends_first: bool) -> Option<bool> {
        let refusals = self.refusals.get(&token)?;
        let is_after = |time: Option<u64>| time.is_some_and(|time| time >= refusals.last);
        let is_old = at >= refusals.last + REFUSAL_WINDOW;
        Some(match spends_first {
            _ if refusals.is_forgotten => true,
            // Only a success of another account shows that the token was not spent.
            true => is_after(self.accepted_at),
            false => {
                let is_paused = at < self.last_refused_at() + INCIDENT_PAUSE;
                let incident = &self.possible_incident;
                is_old
                    || is_after(incident.ended_at)
                    || (incident.since.is_some() && (!is_paused || !incident.is_on(at)))
            }
        })
    }

    /// True if this token was refused for the whole window, and the refusals are not an incident. Once it is
    /// true, it stays so.
    pub(crate) fn may_believe_refusal(&mut self, token: TokenId, at: u64) -> bool {
        let Some(refusals) = self.refusals.get_mut(&token) else { return false };
        refusals.is_believable |= at >= refusals.first + REFUSAL_WINDOW
            && (refusals.is_confirmed || !self.certain_incident.is_on(at));
        refusals.is_believable
    }

    /// True if a token was accepted so shortly before that calls may run in parallel.
    pub(crate) fn is_trusted(&self, at: u64) -> bool {
        self.accepted_at.is_some_and(|accepted_at| at < accepted_at + TRUSTED_FOR)
    }

    pub(crate) fn call_ended(&mut self, at: u64, is_definite: bool) {
        if is_definite {
            self.trouble_since = None;
            self.calls_in_trouble.clear();
        } else {
            self.trouble_since.get_or_insert(at);
        }
    }

    /// Counts a call, and returns the number of calls in the last ten minutes of a long trouble.
    pub(crate) fn count_call_in_trouble(&mut self, at: u64) -> usize {
        if self.trouble_since.is_some_and(|since| at > since + 10 * MINUTE) {
            self.calls_in_trouble.push_back(at);
        }
        self.calls_in_trouble.retain(|call| at < call + 10 * MINUTE);
        self.calls_in_trouble.len()
    }

    pub(crate) fn ask_to_wait(&mut self, at: u64, until: u64) {
        if at >= self.asked_to_wait.0 {
            self.asked_to_wait.1 = 0;
        }
        self.asked_to_wait.0 = until.max(self.asked_to_wait.0);
    }

    /// Counts a call, and returns the number of calls since the process was asked to wait.
    pub(crate) fn count_call_while_asked_to_wait(&mut self, at: u64) -> u64 {
        if at >= self.asked_to_wait.0 {
            return 0;
        }
        self.asked_to_wait.1 += 1;
        self.asked_to_wait.1
    }
}
