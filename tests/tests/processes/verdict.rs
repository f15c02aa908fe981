//! What must hold however a process died.

use oauth_core::store::{ReconnectReason, RecordState};

use crate::process::Process;
use crate::protocol::{Step, Use};
use crate::world::{Calls, Mark, World};

/// What has become of a connection whose holder was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fate {
    Alive,
    OutcomeUnknown,
}

/// A connection before somebody dies over it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Before {
    mark: Mark,
    generation: u64,
}

impl Before {
    pub(crate) fn of(world: &World) -> Self {
        Self { mark: world.mark(), generation: world.record().generation }
    }

    pub(crate) fn calls(&self, world: &World) -> Calls {
        world.calls(self.mark)
    }

    /// How many tokens have been saved since.
    pub(crate) fn saved(&self, world: &World) -> usize {
        usize::try_from(world.record().generation - self.generation).unwrap()
    }

    /// The heir of these dead uses the connection. It lives, or nobody has the answer to a call that spent its refresh token.
    pub(crate) fn fate(&self, world: &World, dead: &[Process], heir: &mut Process) -> Fate {
        let (steps, uses) = (heir.steps.len(), heir.uses);
        let used = heir.uses();
        let tries = heir.uses - uses;
        let (calls, saved, state) = (self.calls(world), self.saved(world), world.record().state);
        let told = format!("{used:?}, {calls:?}, {saved} saved, {state:?}, {:?}", last_steps(dead));
        let fate = match (&used, state) {
            (Use::Alive, RecordState::Active) => {
                assert_eq!((calls.spent, calls.refused), (saved, 0), "none is spent in vain: {told}");
                Fate::Alive
            }
            (
                Use::OutcomeUnknown,
                RecordState::NeedsReconnect { reason: ReconnectReason::OutcomeUnknown, .. },
            ) => {
                assert!((calls.spent, saved) == (1, 0) && calls.refused >= 1, "spent, not saved: {told}");
                Fate::OutcomeUnknown
            }
            _ => panic!("neither alive nor unknown: {told}"),
        };
        // However many were killed, each has sent it once, and so does the heir.
        let senders = dead.iter().filter(|dead| dead.steps.contains(&Step::Sending)).count();
        assert!(calls.sent <= senders + tries, "a refresh token is not sent without need: {told}");
        let all = dead.iter().map(|dead| &dead.steps[..]).chain([&heir.steps[steps..]]);
        assert!(all.into_iter().all(no_call_without_intent), "{told}");
        fate
    }
}

fn no_call_without_intent(steps: &[Step]) -> bool {
    let calls = steps.iter().enumerate().filter(|(_, step)| **step == Step::Sending);
    calls.into_iter().all(|(at, _)| at > 0 && steps[at - 1] == Step::Begun)
}

fn last_steps(dead: &[Process]) -> Vec<Option<Step>> {
    dead.iter().map(|dead| dead.steps.last().copied()).collect()
}
