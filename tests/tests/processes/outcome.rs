//! Checks that must pass after any kill.

use oauth_core::store::{ReconnectReason, RecordState};

use crate::process::Process;
use crate::protocol::{CallOutcome, Step};
use crate::scenario::{Calls, JournalPosition, Scenario};

/// State of a connection after its lease holder was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Recovery {
    Alive,
    OutcomeUnknown,
}

/// A connection before a process is killed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Baseline {
    position: JournalPosition,
    generation: u64,
}

impl Baseline {
    pub(crate) fn of(scenario: &Scenario) -> Self {
        Self { position: scenario.journal_position(), generation: scenario.record().generation }
    }

    pub(crate) fn calls(&self, scenario: &Scenario) -> Calls {
        scenario.calls(self.position)
    }

    /// Number of tokens saved since.
    pub(crate) fn saved(&self, scenario: &Scenario) -> usize {
        usize::try_from(scenario.record().generation - self.generation).unwrap()
    }

    /// Makes an API call by `successor` after the others were killed. Either the connection works, or the
    /// response that spent its refresh token was lost.
    pub(crate) fn recovery(
        &self,
        scenario: &Scenario,
        killed: &[Process],
        successor: &mut Process,
    ) -> Recovery {
        let (steps, api_calls) = (successor.steps.len(), successor.api_calls);
        let outcome = successor.call_api();
        let tries = successor.api_calls - api_calls;
        let (calls, saved, state) = (self.calls(scenario), self.saved(scenario), scenario.record().state);
        let details = format!("{outcome:?}, {calls:?}, {saved} saved, {state:?}, {:?}", last_steps(killed));
        let recovery = match (&outcome, state) {
            (CallOutcome::Alive, RecordState::Active) => {
                assert_eq!(
                    (calls.spent, calls.refused),
                    (saved, 0),
                    "every spent token was saved: {details}"
                );
                Recovery::Alive
            }
            (
                CallOutcome::OutcomeUnknown,
                RecordState::NeedsReconnect { reason: ReconnectReason::OutcomeUnknown, .. },
            ) => {
                assert!((calls.spent, saved) == (1, 0) && calls.refused >= 1, "spent, not saved: {details}");
                Recovery::OutcomeUnknown
            }
            _ => panic!("neither alive nor unknown: {details}"),
        };
        // Each killed process sent at most once, and so does each try of the successor.
        let senders = killed.iter().filter(|killed| killed.steps.contains(&Step::Sending)).count();
        assert!(calls.sent <= senders + tries, "the refresh token was sent too often: {details}");
        let all = killed.iter().map(|killed| &killed.steps[..]).chain([&successor.steps[steps..]]);
        assert!(all.into_iter().all(records_intent_before_call), "{details}");
        recovery
    }
}

fn records_intent_before_call(steps: &[Step]) -> bool {
    let calls = steps.iter().enumerate().filter(|(_, step)| **step == Step::Sending);
    calls.into_iter().all(|(at, _)| at > 0 && steps[at - 1] == Step::IntentRecorded)
}

fn last_steps(killed: &[Process]) -> Vec<Option<Step>> {
    killed.iter().map(|killed| killed.steps.last().copied()).collect()
}
