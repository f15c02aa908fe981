//! The named points of a refresh.

use std::fmt;
use std::time::Duration;

use oauth_sandbox::Fault;

use crate::process::{Process, until};
use crate::protocol::{End, How, Order, Step};
use crate::verdict::Before;
use crate::world::World;

/// Where a process is killed or stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// By itself, at a step.
    EndpointContext(Step),
    /// By the test: the server has the request and does nothing.
    Received,
    /// By the test: the server has spent the refresh token, and its answer is not read.
    Rotated,
}

impl Point {
    pub(crate) const ALL: [Self; 10] = [
        Self::EndpointContext(Step::Asking),
        Self::EndpointContext(Step::Leased),
        Self::EndpointContext(Step::Begun),
        Self::EndpointContext(Step::Sending),
        Self::Received,
        Self::Rotated,
        Self::EndpointContext(Step::Answered),
        Self::EndpointContext(Step::Saving),
        Self::EndpointContext(Step::SaveOutcome),
        Self::EndpointContext(Step::Released),
    ];

    /// Whether the refresh token is spent here, and the answer not saved.
    pub(crate) fn is_between(self) -> bool {
        matches!(self, Self::Rotated | Self::EndpointContext(Step::Answered | Step::Saving))
    }

    /// What a worker is told that ends here.
    pub(crate) fn end(self, how: How) -> Option<End> {
        match self {
            Self::EndpointContext(at) => Some(End { at, how }),
            Self::Received | Self::Rotated => None,
        }
    }

    /// Lets a process refresh as far as this.
    pub(crate) fn drive(self, world: &World, before: &Before, process: &mut Process, how: How) {
        // Long enough to be stopped in the meantime.
        let late = Fault::delay(Duration::from_millis(250));
        match (self, how) {
            (Self::EndpointContext(_), _) => {}
            (Self::Received, How::Kill) => world.next_token_call(Fault::Hang),
            (Self::Received, How::Stop) => world.next_token_call(late),
            (Self::Rotated, How::Kill) => world.next_token_call(Fault::Hang.after_work()),
            (Self::Rotated, How::Stop) => world.next_token_call(late.after_work()),
        }
        process.order(Order::Use);
        match self {
            Self::EndpointContext(_) => {}
            Self::Received => until("the server has the request", || before.calls(world).sent == 1),
            Self::Rotated => until("the server has acted", || before.calls(world).spent == 1),
        }
        match (self, how) {
            (Self::EndpointContext(_), How::Kill) => process.is_killed(),
            (Self::EndpointContext(_), How::Stop) => process.is_stopped(),
            (_, How::Kill) => {
                process.kill();
                process.is_killed();
            }
            (_, How::Stop) => {
                process.stop();
                // It is in the stopped process' socket then.
                until("the answer has left", || before.calls(world).answered == 1);
            }
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EndpointContext(step) => step.words(),
            Self::Received => "request received",
            Self::Rotated => "token rotated, answer unread",
        })
    }
}
