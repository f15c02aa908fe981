//! The record of received requests and the decisions about them, without secrets.

mod recorder;
mod redact;

use chrono::{DateTime, Utc};
use serde::Serialize;

pub(crate) use recorder::{JournalRecorder, RequestLog};

/// The purpose of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RequestKind {
    /// The authorization endpoint, including the consent form.
    Authorize,
    /// The token endpoint.
    Token,
    /// A protected API endpoint.
    Api,
    /// Any other request: login, home and admin pages, and pages that do not exist.
    Page,
}

/// A redacted parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Parameter {
    /// The name, or `***` when it does not look like a name and could be a misplaced secret.
    pub name: String,
    /// The value of a parameter that is known to hold no secret, otherwise `***`.
    pub value: String,
}

/// A received request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct JournalEntry {
    /// The request's number, counted from 1 since the start.
    pub number: u64,
    /// The arrival time by the sandbox's clock.
    pub time: DateTime<Utc>,
    /// The request's purpose.
    pub kind: RequestKind,
    /// Host and port in the caller's spelling, such as `betahaus.localhost:4401`. Empty when the request
    /// names none.
    pub host: String,
    /// The HTTP method.
    pub method: String,
    /// The path. Long opaque segments are `***`, since some Cobot paths contain tokens.
    pub path: String,
    /// The query parameters.
    pub query: Vec<Parameter>,
    /// The form parameters.
    pub form: Vec<Parameter>,
    /// The response's HTTP status. `None` while the request is processed, and when no response was sent.
    pub status: Option<u16>,
    /// Decisions about the request, such as "code consumed".
    pub notes: Vec<String>,
    /// The scripted fault applied to this call.
    pub fault: Option<String>,
}

/// A copy of the requests received so far, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Journal {
    token_calls: u64,
    api_calls: u64,
    forgotten: u64,
    entries: Vec<JournalEntry>,
}

impl Journal {
    /// The number of calls to the token endpoint, including calls whose entries were dropped.
    #[must_use]
    pub fn token_calls(&self) -> u64 {
        self.token_calls
    }

    /// The number of calls to the protected API, including calls whose entries were dropped.
    #[must_use]
    pub fn api_calls(&self) -> u64 {
        self.api_calls
    }

    /// The number of dropped entries. The journal keeps the newest 1000.
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
