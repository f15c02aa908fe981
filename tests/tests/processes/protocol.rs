//! What a worker process and the test that started it say to each other: a line of JSON each, over its standard input and
//! output. What was said outlives the process.

use std::path::PathBuf;
use std::time::Duration;

use oauth_core::chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a worker has to know: the first line it reads. It holds secrets, and so is no argument and no variable.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Card {
    pub(crate) provider: Which,
    pub(crate) place: Place,
    pub(crate) account: String,
    pub(crate) url: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) redirect_uri: String,
    pub(crate) control_url: String,
    pub(crate) control_key: String,
    pub(crate) haste: Option<Haste>,
    pub(crate) end: Option<End>,
    pub(crate) threads: usize,
}

/// Which provider the sandbox plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Which {
    Go1,
    Gocd,
}

impl Which {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Go1 => "go1",
            Self::Gocd => "gocd",
        }
    }
}

/// Where the store is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Place {
    Sqlite(PathBuf),
    Postgres(String),
}

/// Shorter times than the ordinary ones, so that a dead process is outlived soon.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Haste {
    pub(crate) lease: Duration,
    pub(crate) token_deadline: Duration,
}

/// What becomes of a worker when it gets to a step for the first time.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct End {
    pub(crate) at: Step,
    pub(crate) how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum How {
    /// SIGKILL.
    Kill,
    /// SIGSTOP, until somebody sends SIGCONT.
    Stop,
}

/// How far a refresh is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Step {
    /// About to ask for the lease.
    Asking,
    /// Has the lease, and has read the record again.
    Leased,
    /// The intent is written.
    Begun,
    /// The token call goes to the transport.
    Sending,
    /// The transport gave the answer.
    Answered,
    /// The save goes to the store.
    Saving,
    /// The store has accepted it.
    SaveOutcome,
    /// The lease is given back.
    Released,
}

impl Step {
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Asking => "before the lease",
            Self::Leased => "lease granted",
            Self::Begun => "intent written",
            Self::Sending => "call handed to the transport",
            Self::Answered => "answer read",
            Self::Saving => "before the save",
            Self::SaveOutcome => "saved",
            Self::Released => "lease given back",
        }
    }
}

/// What the test wants of a worker.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Order {
    /// One API call through the connection, with whatever that takes.
    Use,
    /// Once the sandbox's clock says `from`, so many tasks ask for headers until they get others than `than`.
    Renew { tasks: usize, from: DateTime<Utc>, than: Option<u64>, expired: bool },
}

/// What a worker says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Report {
    Ready,
    Step(Step),
    Used(Use),
    /// The distinct tokens that the tasks got, as fingerprints, and how many got one.
    Renewed {
        tokens: Vec<u64>,
        tasks: usize,
    },
    /// Something else failed.
    Failed(String),
}

/// How an API call through the connection went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Use {
    Alive,
    OutcomeUnknown,
    /// It may go well the next time.
    Transient(String),
    Dead(String),
}
