//! The protocol between a test and a worker process: one JSON value per line, over stdin and stdout.
//! Lines in the pipe can be read after the worker was killed.

use std::path::PathBuf;
use std::time::Duration;

use oauth_core::chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The first line that a worker reads. Contains secrets, so it is not passed as an argument or a variable.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct WorkerConfig {
    pub(crate) provider: TestProvider,
    pub(crate) store: StoreLocation,
    pub(crate) account: String,
    pub(crate) url: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) redirect_uri: String,
    pub(crate) control_url: String,
    pub(crate) control_key: String,
    pub(crate) short_times: Option<ShortTimes>,
    pub(crate) interruption: Option<Interruption>,
    pub(crate) threads: usize,
}

/// A provider whose tokens are refreshed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TestProvider {
    Go1,
    Gocd,
}

impl TestProvider {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Go1 => "go1",
            Self::Gocd => "gocd",
        }
    }
}

/// A file, or a PostgreSQL URL.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum StoreLocation {
    Sqlite(PathBuf),
    Postgres(String),
}

/// Shorter than the defaults, so that another process soon takes over from a killed one.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct ShortTimes {
    pub(crate) lease: Duration,
    pub(crate) token_deadline: Duration,
}

/// Interrupts a worker when it first reaches a step.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Interruption {
    pub(crate) at: Step,
    pub(crate) kind: InterruptionKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum InterruptionKind {
    /// SIGKILL.
    Kill,
    /// SIGSTOP, until a SIGCONT.
    Stop,
}

/// A step of a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Step {
    /// About to acquire the lease.
    Acquiring,
    /// The lease is granted with the current record.
    Leased,
    /// The intent is recorded.
    IntentRecorded,
    /// The token call is handed to the transport.
    Sending,
    /// The transport returned the response.
    ResponseRead,
    /// About to save.
    Saving,
    /// The save was accepted.
    Saved,
    /// The lease is released.
    Released,
}

impl Step {
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Acquiring => "before the lease",
            Self::Leased => "lease granted",
            Self::IntentRecorded => "intent recorded",
            Self::Sending => "call handed to the transport",
            Self::ResponseRead => "response read",
            Self::Saving => "before the save",
            Self::Saved => "saved",
            Self::Released => "lease released",
        }
    }
}

/// A command of the test to a worker.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum WorkerCommand {
    /// Make one API call through the connection, refreshing if needed.
    CallApi,
    /// From the sandbox time `from`, request headers in each task until the token is not `old_token`.
    GetHeaders { tasks: usize, from: DateTime<Utc>, old_token: Option<u64>, expired: bool },
}

/// A line from a worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Report {
    Ready,
    Step(Step),
    ApiCalled(CallOutcome),
    /// Fingerprints of the distinct tokens, and the number of tasks that got one.
    HeadersReceived {
        tokens: Vec<u64>,
        tasks: usize,
    },
    /// Any other failure.
    Failed(String),
}

/// Outcome of an API call through the connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CallOutcome {
    Alive,
    OutcomeUnknown,
    /// May succeed when repeated.
    Transient(String),
    Permanent(String),
}
