//! Points of a refresh at which a process is killed or stopped.

use std::fmt;
use std::time::Duration;

use oauth_sandbox::Fault;

use crate::outcome::Baseline;
use crate::process::{Process, wait_for};
use crate::protocol::{Interruption, InterruptionKind, Step, WorkerCommand};
use crate::scenario::Scenario;

/// A point of a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// The worker interrupts itself at this step.
    AtStep(Step),
    /// The test interrupts it: the server has received the request and done nothing.
    Received,
    /// The test interrupts it: the server has spent the refresh token, and the response is unread.
    Rotated,
}

impl Point {
    pub(crate) const ALL: [Self; 10] = [
        Self::AtStep(Step::Acquiring),
        Self::AtStep(Step::Leased),
        Self::AtStep(Step::IntentRecorded),
        Self::AtStep(Step::Sending),
        Self::Received,
        Self::Rotated,
        Self::AtStep(Step::ResponseRead),
        Self::AtStep(Step::Saving),
        Self::AtStep(Step::Saved),
        Self::AtStep(Step::Released),
    ];

    /// Returns true if the refresh token is spent here and the new one not saved.
    pub(crate) fn loses_new_token(self) -> bool {
        matches!(self, Self::Rotated | Self::AtStep(Step::ResponseRead | Step::Saving))
    }

    pub(crate) fn interruption(self, kind: InterruptionKind) -> Option<Interruption> {
        match self {
            Self::AtStep(at) => Some(Interruption { at, kind }),
            Self::Received | Self::Rotated => None,
        }
    }

    /// Makes a process refresh up to this point, and interrupts it there.
    pub(crate) fn refresh_up_to(
        self,
        scenario: &Scenario,
        before: &Baseline,
        process: &mut Process,
        kind: InterruptionKind,
    ) {
        // Long enough to stop the process meanwhile.
        let late = Fault::delay(Duration::from_millis(250));
        match (self, kind) {
            (Self::AtStep(_), _) => {}
            (Self::Received, InterruptionKind::Kill) => scenario.next_token_call(Fault::Hang),
            (Self::Received, InterruptionKind::Stop) => scenario.next_token_call(late),
            (Self::Rotated, InterruptionKind::Kill) => scenario.next_token_call(Fault::Hang.after_work()),
            (Self::Rotated, InterruptionKind::Stop) => scenario.next_token_call(late.after_work()),
        }
        process.command(WorkerCommand::CallApi);
        match self {
            Self::AtStep(_) => {}
            Self::Received => wait_for("the server has the request", || before.calls(scenario).sent == 1),
            Self::Rotated => wait_for("the server has spent the token", || before.calls(scenario).spent == 1),
        }
        match (self, kind) {
            (Self::AtStep(_), InterruptionKind::Kill) => process.wait_until_killed(),
            (Self::AtStep(_), InterruptionKind::Stop) => process.wait_until_stopped(),
            (_, InterruptionKind::Kill) => {
                process.kill();
                process.wait_until_killed();
            }
            (_, InterruptionKind::Stop) => {
                process.stop();
                // The response is then in the stopped process' socket.
                wait_for("the response is sent", || before.calls(scenario).responded == 1);
            }
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AtStep(step) => step.label(),
            Self::Received => "request received",
            Self::Rotated => "token rotated, response unread",
        })
    }
}
