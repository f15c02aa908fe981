//! The journal's internal form of an entry, with all its text in one string. Separate strings would take
//! several times the memory and most of the time of a token call.

use std::fmt::{Display, Write as _};

use chrono::{DateTime, Utc};
use http::header::HOST;
use http::request::Parts;

use super::{JournalEntry, Parameter, RequestKind, redact};
use crate::params::{Pairs, Params};

/// Limits in characters. A note may contain user input.
const MAX_METHOD: usize = 16;
const MAX_NOTE: usize = 300;
/// Initial capacities: bytes of text, and number of notes.
const USUAL_TEXT: usize = 224;
const USUAL_NOTES: usize = 2;

/// One request, redacted.
#[derive(Debug)]
pub(super) struct CompactEntry {
    pub(super) kind: RequestKind,
    pub(super) status: Option<u16>,
    pub(super) fault: Option<String>,
    time: DateTime<Utc>,
    /// Host, method, path, names and values of the query and of the form, notes.
    text: String,
    /// The end offset of each string.
    ends: Vec<u32>,
    /// The numbers of parameters.
    query: usize,
    form: usize,
}

impl CompactEntry {
    pub(super) fn new(time: DateTime<Utc>, parts: &Parts, params: &Params) -> Self {
        let capacity = 3 + 2 * (params.query().len() + params.form().len()).min(8) + USUAL_NOTES;
        let mut entry = Self {
            kind: RequestKind::Page,
            status: None,
            fault: None,
            time,
            text: String::with_capacity(USUAL_TEXT),
            ends: Vec::with_capacity(capacity),
            query: 0,
            form: 0,
        };
        // RFC 9112 3.2.2: an absolute request target overrides the Host header.
        match (parts.uri.authority(), parts.headers.get(HOST)) {
            (Some(authority), _) => entry.add(&redact::host(authority.as_str())),
            (None, Some(host)) => entry.add(&redact::host(&String::from_utf8_lossy(host.as_bytes()))),
            (None, None) => entry.add(""),
        }
        entry.add(redact::cut(parts.method.as_str(), MAX_METHOD));
        entry.add(&redact::path(parts.uri.path()));
        entry.query = entry.add_all(params.query());
        entry.form = entry.add_all(params.form());
        entry
    }

    fn add(&mut self, text: &str) {
        self.text.push_str(text);
        self.end_string();
    }

    fn add_all(&mut self, pairs: &Pairs) -> usize {
        let mut count = 0;
        for (name, value) in redact::parameters(pairs.iter()) {
            self.add(name);
            self.add(value);
            count += 1;
        }
        count
    }

    fn end_string(&mut self) {
        // Parameters and notes are limited, so the length always fits.
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    /// Adds a decision.
    pub(super) fn note(&mut self, text: impl Display) {
        let begin = self.text.len();
        // Writing to a `String` cannot fail.
        let _ = write!(self.text, "{text}");
        let length = redact::cut(&self.text[begin..], MAX_NOTE).len();
        self.text.truncate(begin + length);
        self.end_string();
    }

    /// The public form of the entry.
    pub(super) fn expand(&self, number: u64) -> JournalEntry {
        let begins = std::iter::once(0).chain(self.ends.iter().map(|end| *end as usize));
        let mut strings = begins
            .zip(&self.ends)
            .map(|(begin, end)| self.text.get(begin..*end as usize).unwrap_or_default().to_owned());
        let mut next = || strings.next().unwrap_or_default();
        let (host, method, path) = (next(), next(), next());
        let mut parameters =
            |count| (0..count).map(|_| Parameter { name: next(), value: next() }).collect::<Vec<_>>();
        let (query, form) = (parameters(self.query), parameters(self.form));
        JournalEntry {
            number,
            time: self.time,
            kind: self.kind,
            host,
            method,
            path,
            query,
            form,
            status: self.status,
            notes: strings.collect(),
            fault: self.fault.clone(),
        }
    }
}
