//! What there is to show.

use serde::Serialize;

use crate::trace::{Link, Request, Response};

/// One thing that happened. Its JSON form, with the provider that it belongs to, is what `--json` prints; every step's events stand
/// between its `step` and its `step_end`.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Event {
    /// The sandbox and the listener stand.
    Start {
        /// The providers that will be connected.
        providers: Vec<&'static str>,
    },
    /// A provider's turn.
    Provider {
        /// Its name for people.
        title: &'static str,
        /// What is special about it.
        about: &'static str,
        /// Where it is played.
        url: String,
    },
    /// A step begins.
    Step {
        /// Its name.
        step: &'static str,
        /// Its number at this provider, from 1.
        number: usize,
        /// What it does, for people.
        title: &'static str,
        /// Why, for people.
        why: &'static str,
    },
    /// A value worth knowing.
    Fact {
        /// What it is.
        name: &'static str,
        /// The value.
        value: String,
    },
    /// A URL was made for the person's browser.
    Link(Link),
    /// The person's browser asked the provider for something.
    Browser {
        /// The method.
        method: String,
        /// The host, with its port.
        host: String,
        /// The path.
        path: String,
        /// The status that was answered.
        status: Option<u16>,
    },
    /// Our side sends a request.
    Request(Request),
    /// An answer came.
    Response(Response),
    /// No answer came.
    NoAnswer {
        /// Why.
        error: String,
    },
    /// What the application is told of a connection.
    Connection {
        /// Of which account.
        account: String,
        /// What happened.
        text: String,
    },
    /// A process of the application began or ended.
    Process {
        /// Which.
        pid: u32,
        /// What of it.
        what: Life,
        /// How it ended.
        #[serde(skip_serializing_if = "Option::is_none")]
        how: Option<String>,
    },
    /// Something that has to hold was looked at.
    Check {
        /// Whether it holds.
        ok: bool,
        /// What has to hold.
        text: String,
    },
    /// A step is over.
    StepEnd {
        /// Its name.
        step: &'static str,
        /// Whether it held.
        ok: bool,
        /// Why not.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// The end.
    RecordSummary {
        /// Whether every step held.
        ok: bool,
        /// The providers that were connected, all steps held.
        connected: Vec<&'static str>,
        /// How many steps were begun.
        steps: usize,
        /// How many checks were made.
        checks: usize,
        /// The steps that did not hold.
        failed: Vec<Failure>,
    },
}

/// What happens to a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Life {
    /// It was started.
    Started,
    /// It ended in order.
    Ended,
    /// It was killed.
    Killed,
}

/// A step that did not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Failure {
    /// At which provider.
    pub(crate) provider: &'static str,
    /// Which step.
    pub(crate) step: &'static str,
    /// Why.
    pub(crate) error: String,
}
