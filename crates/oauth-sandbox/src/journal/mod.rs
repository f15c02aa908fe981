//! What the sandbox saw and decided, without one secret in it.

mod compact_entry;
mod recorder;
mod redact;

use chrono::{DateTime, Utc};
use serde::Serialize;

pub(crate) use recorder::{JournalRecorder, RequestLog};

/// What a request was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RequestKind {
    /// The authorize URL and the decision on it.
    Authorize,
    /// A token endpoint.
    Token,
    /// A protected API endpoint.
    Api,
    /// Anything else a browser loads: login, home, admin pages, pages that do not exist.
    Page,
}

/// A parameter as the journal shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Parameter {
    /// Its name (`***` when it does not look like a name: a misplaced secret may stand there).
    pub name: String,
    /// Its value when the parameter is known to be harmless, else `***`.
    pub value: String,
}

/// One request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct JournalEntry {
    /// Counts from 1 since the start.
    pub number: u64,
    /// When it arrived, by the sandbox's clock.
    pub time: DateTime<Utc>,
    /// What it was for.
    pub kind: RequestKind,
    /// The host that it was sent to, with its port, as the caller wrote it: `betahaus.localhost:4401`. Empty when none was named.
    pub host: String,
    /// The HTTP method.
    pub method: String,
    /// The path; long opaque segments are shown as `***`, since Cobot has tokens there.
    pub path: String,
    /// The query parameters.
    pub query: Vec<Parameter>,
    /// The form parameters.
    pub form: Vec<Parameter>,
    /// The HTTP status that was answered; `None` while the request is being worked on and when none was ever sent.
    pub status: Option<u16>,
    /// What was decided, such as "code consumed".
    pub notes: Vec<String>,
    /// The scripted fault that this call met.
    pub fault: Option<String>,
}

/// A copy of what a sandbox has seen so far, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Journal {
    token_calls: u64,
    api_calls: u64,
    forgotten: u64,
    entries: Vec<JournalEntry>,
}

impl Journal {
    /// How many calls the token endpoint got, also those no longer among the entries.
    #[must_use]
    pub fn token_calls(&self) -> u64 {
        self.token_calls
    }

    /// How many calls the protected API got, also those no longer among the entries.
    #[must_use]
    pub fn api_calls(&self) -> u64 {
        self.api_calls
    }

    /// How many of the oldest entries were dropped to keep the journal short (it keeps the newest 1000).
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// The entries, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[JournalEntry] {
        &self.entries
    }
}
