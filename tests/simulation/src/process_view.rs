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
    /// Time since when several accounts are refused, and the end of the last such incident.
    incident_since: Option<u64>,
    incident_ended_at: Option<u64>,
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

/// Refusals of one token.
#[derive(Clone, Copy, Debug)]
struct Refusals {
    first: u64,
    last: u64,
    /// Number of tokens that the provider had accepted before the first.
    accepted_before: u64,
    /// True if it was refused again after the provider had accepted several tokens.
    is_confirmed: bool,
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

    /// Records the response to a call that was sent at this time.
    pub(crate) fn accepted(&mut self, sent_at: u64, at: u64) {
        self.accepted_at = Some(at);
        self.accepted += 1;
        // A call that was sent before a refusal is no evidence about it.
        if sent_at > self.last_refused_at() && self.incident_since.take().is_some() {
            self.incident_ended_at = Some(at);
        }
    }

    fn last_refused_at(&self) -> u64 {
        self.refusals.values().map(|one| one.last).max().unwrap_or_default()
    }

    pub(crate) fn refused(&mut self, token: TokenId, at: u64, spends_first: bool) {
        // Where no token is sent to find out, only a success shows that it is no incident.
        let is_recent = |refusals: &Refusals| match spends_first {
            true => self.accepted_at.is_none_or(|accepted_at| accepted_at < refusals.last),
            false => at - refusals.last < REFUSAL_WINDOW,
        };
        let others = self
            .refusals
            .iter()
            .filter(|(other, one)| other.0 != token.0 && !one.is_confirmed && is_recent(one));
        let others = others.map(|(other, _)| other.0).collect::<BTreeSet<_>>().len();
        let accepted_before = self.accepted;
        let new = Refusals { first: at, last: at, accepted_before, is_confirmed: false };
        let refusals = self.refusals.entry(token).or_insert(new);
        refusals.is_confirmed |= self.accepted >= refusals.accepted_before + 2;
        refusals.last = at;
        if self.incident_ended_at.is_some_and(|ended_at| ended_at >= refusals.first) {
            // After an incident the window begins anew.
            refusals.first = at;
        }
        if others + usize::from(!refusals.is_confirmed) >= 2 {
            self.incident_since.get_or_insert(at);
        }
    }

    /// True while several accounts are refused and none is accepted, for at most the time after which their
    /// refusals are believed.
    pub(crate) fn is_in_incident(&self, at: u64) -> bool {
        self.incident_since.is_some_and(|since| at < since + LONGEST_INCIDENT)
    }

    /// True if a token may be sent although the process was told that it is refused. `None` if it was not
    /// told.
    pub(crate) fn may_send_refused(&self, token: TokenId, at: u64, spends_first: bool) -> Option<bool> {
        let refusals = self.refusals.get(&token)?;
        let is_after = |time: Option<u64>| time.is_some_and(|time| time >= refusals.last);
        let is_old = at >= refusals.last + REFUSAL_WINDOW;
        Some(match spends_first {
            // Only a success of another account shows that the token was not spent.
            true => is_after(self.accepted_at),
            false => {
                let is_paused = at < self.last_refused_at() + INCIDENT_PAUSE;
                is_old
                    || is_after(self.incident_ended_at)
                    || (self.incident_since.is_some() && (!is_paused || !self.is_in_incident(at)))
            }
        })
    }

    /// True if this token was refused for the whole window, and the refusals are not an incident.
    pub(crate) fn may_believe_refusal(&self, token: TokenId, at: u64) -> bool {
        let Some(refusals) = self.refusals.get(&token) else { return false };
        at >= refusals.first + REFUSAL_WINDOW && (refusals.is_confirmed || !self.is_in_incident(at))
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
