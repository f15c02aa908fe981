//! The record of received requests and the decisions about them, without secrets.

mod redact;

use std::collections::VecDeque;
use std::fmt::Display;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use http::header::HOST;
use http::request::Parts;
use serde::Serialize;

use crate::params::Params;
use crate::sync::lock;

const MAX_ENTRIES: usize = 1000;
/// Limits in characters. A note may contain user input.
const MAX_METHOD: usize = 16;
const MAX_NOTE: usize = 300;

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

#[derive(Default)]
struct Records {
    last_number: u64,
    cleared_at: u64,
    token_calls: u64,
    api_calls: u64,
    forgotten: u64,
    entries: VecDeque<JournalEntry>,
}

impl Records {
    /// Returns `None` when the entry was dropped or the journal cleared.
    fn entry_mut(&mut self, number: u64) -> Option<&mut JournalEntry> {
        self.entries.iter_mut().rev().find(|entry| entry.number == number)
    }
}

#[derive(Clone, Default)]
pub(crate) struct JournalRecorder(Arc<Mutex<Records>>);

impl JournalRecorder {
    /// Records a request at its arrival, so that requests without a response are recorded too.
    pub(crate) fn open(&self, time: DateTime<Utc>, parts: &Parts, params: &Params) -> RequestLog {
        let mut records = lock(&self.0);
        if records.entries.len() == MAX_ENTRIES {
            records.entries.pop_front();
            records.forgotten += 1;
        }
        records.last_number += 1;
        let number = records.last_number;
        records.entries.push_back(new_entry(number, time, parts, params));
        RequestLog { recorder: self.clone(), number }
    }

    pub(crate) fn copy(&self) -> Journal {
        let records = lock(&self.0);
        Journal {
            token_calls: records.token_calls,
            api_calls: records.api_calls,
            forgotten: records.forgotten,
            entries: records.entries.iter().cloned().collect(),
        }
    }

    pub(crate) fn clear(&self) {
        let mut records = lock(&self.0);
        // Numbers are never reused, so that a running request cannot write into a later request's entry.
        let last_number = records.last_number;
        *records = Records { last_number, cleared_at: last_number, ..Records::default() };
    }
}

fn new_entry(number: u64, time: DateTime<Utc>, parts: &Parts, params: &Params) -> JournalEntry {
    // RFC 9112 3.2.2: an absolute request target overrides the Host header.
    let host = match (parts.uri.authority(), parts.headers.get(HOST)) {
        (Some(authority), _) => redact::host(authority.as_str()),
        (None, Some(host)) => redact::host(&String::from_utf8_lossy(host.as_bytes())),
        (None, None) => String::new(),
    };
    JournalEntry {
        number,
        time,
        kind: RequestKind::Page,
        host,
        method: redact::cut(parts.method.as_str(), MAX_METHOD).to_owned(),
        path: redact::path(parts.uri.path()),
        query: redact::parameters(&params.query),
        form: redact::parameters(&params.form),
        status: None,
        notes: Vec::new(),
        fault: None,
    }
}

#[derive(Clone)]
pub(crate) struct RequestLog {
    recorder: JournalRecorder,
    number: u64,
}

impl RequestLog {
    /// Adds a decision. The text must not contain a secret.
    pub(crate) fn note(&self, text: impl Display) {
        let text = redact::cut(&text.to_string(), MAX_NOTE).to_owned();
        self.write(|entry| entry.notes.push(text));
    }

    pub(crate) fn fault(&self, name: &str) {
        self.write(|entry| entry.fault = Some(name.to_owned()));
    }

    pub(crate) fn status(&self, status: u16) {
        self.write(|entry| entry.status = Some(status));
    }

    /// Records the request's purpose and counts the request.
    pub(crate) fn kind(&self, kind: RequestKind) {
        let mut records = lock(&self.recorder.0);
        if self.number <= records.cleared_at {
            return;
        }
        if let Some(entry) = records.entry_mut(self.number) {
            entry.kind = kind;
        }
        match kind {
            RequestKind::Token => records.token_calls += 1,
            RequestKind::Api => records.api_calls += 1,
            RequestKind::Authorize | RequestKind::Page => {}
        }
    }

    /// Does nothing when the entry was dropped or the journal cleared.
    fn write(&self, change: impl FnOnce(&mut JournalEntry)) {
        if let Some(entry) = lock(&self.recorder.0).entry_mut(self.number) {
            change(entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_write_to_their_own_entries() {
        let recorder = JournalRecorder::default();
        let (parts, ()) = http::Request::new(()).into_parts();
        let open = || recorder.open(Utc::now(), &parts, &Params::default());
        let before = open();
        recorder.clear();
        let (first, second) = (open(), open());
        for (log, word) in [(&before, "before"), (&second, "second"), (&first, "first")] {
            log.kind(RequestKind::Api);
            log.note(word);
            log.note("é".repeat(301));
            log.status(204);
        }
        let journal = recorder.copy();
        let shown: Vec<_> = journal.entries().iter().map(|entry| (entry.number, &*entry.notes[0])).collect();
        assert_eq!((shown, journal.api_calls()), (vec![(2, "first"), (3, "second")], 2));
        let entry = &journal.entries()[0];
        assert_eq!(
            (entry.kind, entry.status, &*entry.notes[1]),
            (RequestKind::Api, Some(204), &*"é".repeat(300))
        );
        assert_eq!((&*entry.host, &*entry.method, &*entry.path), ("", "GET", "/"));
    }
}
