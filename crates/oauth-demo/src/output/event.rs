//! The events that are printed.

use serde::Serialize;

use crate::trace::{Link, Request, Response};

/// An event of the demo. `--json` prints its JSON form with the provider's name. The events of a step come
/// between its `step` and its `step_end`.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Event {
    /// The sandbox and the listener have started.
    Start {
        /// The providers that will be connected.
        providers: Vec<&'static str>,
    },
    /// A provider's scenario starts.
    Provider {
        /// The display name.
        title: &'static str,
        /// A one-line description.
        about: &'static str,
        /// The provider's URL in the sandbox.
        url: String,
    },
    /// A step starts.
    Step {
        /// The step's name.
        step: &'static str,
        /// The step's number at this provider, from 1.
        number: usize,
        /// The heading.
        title: &'static str,
        /// An explanation.
        why: &'static str,
    },
    /// A named value.
    Fact {
        /// The name.
        name: &'static str,
        /// The value.
        value: String,
    },
    /// An authorize URL for the customer's browser.
    Link(Link),
    /// A request from the customer's browser to the provider.
    Browser {
        /// The method.
        method: String,
        /// The host, with its port.
        host: String,
        /// The path.
        path: String,
        /// The response's status.
        status: Option<u16>,
    },
    /// The application sends a request.
    Request(Request),
    /// A response arrived.
    Response(Response),
    /// A call failed without a response.
    #[serde(rename = "no_answer")]
    NoResponse {
        /// The error.
        error: String,
    },
    /// A connection changed.
    Connection {
        /// The connection's account.
        account: String,
        /// A description of the change.
        text: String,
    },
    /// A process of the application started or ended.
    Process {
        /// The process id.
        pid: u32,
        /// The new state.
        #[serde(rename = "what")]
        state: ProcessState,
        /// The exit status.
        #[serde(rename = "how", skip_serializing_if = "Option::is_none")]
        exit_status: Option<String>,
    },
    /// The result of a check.
    Check {
        /// `true` if the check succeeded.
        ok: bool,
        /// The checked statement.
        text: String,
    },
    /// A step ended.
    StepEnd {
        /// The step's name.
        step: &'static str,
        /// `true` if the step succeeded.
        ok: bool,
        /// The error of a failed step.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// The last event.
    Summary {
        /// `true` if every step succeeded.
        ok: bool,
        /// The providers at which every step succeeded.
        connected: Vec<&'static str>,
        /// The number of steps started.
        steps: usize,
        /// The number of checks.
        checks: usize,
        /// The failed steps.
        failed: Vec<Failure>,
    },
}

/// The state of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProcessState {
    /// Started.
    Started,
    /// Exited after a graceful shutdown.
    Ended,
    /// Killed.
    Killed,
}

/// A failed step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Failure {
    /// The provider.
    pub(crate) provider: &'static str,
    /// The step's name.
    pub(crate) step: &'static str,
    /// The error.
    pub(crate) error: String,
}
