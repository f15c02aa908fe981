//! An entry as the journal keeps it: all its words in one piece of memory. A thousand entries of strings of their own would take several times as much,
//! and most of the time of a token call.

use std::fmt::{Display, Write as _};

use chrono::{DateTime, Utc};
use http::header::HOST;
use http::request::Parts;

use super::{JournalEntry, Parameter, RequestKind, redact};
use crate::params::{Pairs, Params};

/// How many characters of a method, and of one note, which may hold what somebody typed.
const LONGEST_METHOD: usize = 16;
const LONGEST_NOTE: usize = 300;
/// Room for what is said of a request, and how many notes that is.
const USUAL: usize = 224;
const USUAL_NOTES: usize = 2;

/// One request. What is in it is redacted already.
#[derive(Debug)]
pub(super) struct CompactEntry {
    pub(super) kind: RequestKind,
    pub(super) status: Option<u16>,
    pub(super) fault: Option<String>,
    time: DateTime<Utc>,
    /// Host, method, path, names and values of the query and of the form, notes.
    words: String,
    /// Where each ends.
    ends: Vec<u32>,
    /// How many parameters.
    query: usize,
    form: usize,
}

impl CompactEntry {
    pub(super) fn new(time: DateTime<Utc>, parts: &Parts, params: &Params) -> Self {
        let most = 3 + 2 * (params.query().len() + params.form().len()).min(8) + USUAL_NOTES;
        let mut line = Self {
            kind: RequestKind::Page,
            status: None,
            fault: None,
            time,
            words: String::with_capacity(USUAL),
            ends: Vec::with_capacity(most),
            query: 0,
            form: 0,
        };
        // As HTTP has it: the authority of an absolute target, else the header.
        match (parts.uri.authority(), parts.headers.get(HOST)) {
            (Some(authority), _) => line.add(&redact::host(authority.as_str())),
            (None, Some(host)) => line.add(&redact::host(&String::from_utf8_lossy(host.as_bytes()))),
            (None, None) => line.add(""),
        }
        line.add(redact::cut(parts.method.as_str(), LONGEST_METHOD));
        line.add(&redact::path(parts.uri.path()));
        line.query = line.add_all(params.query());
        line.form = line.add_all(params.form());
        line
    }

    fn add(&mut self, word: &str) {
        self.words.push_str(word);
        self.ended();
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

    fn ended(&mut self) {
        // No request is nearly as long, and no handler notes as much.
        self.ends.push(u32::try_from(self.words.len()).unwrap_or(u32::MAX));
    }

    /// Adds what was decided.
    pub(super) fn note(&mut self, text: impl Display) {
        let begin = self.words.len();
        // Writing to a `String` cannot fail.
        let _ = write!(self.words, "{text}");
        let length = redact::cut(&self.words[begin..], LONGEST_NOTE).len();
        self.words.truncate(begin + length);
        self.ended();
    }

    /// For whoever reads the journal.
    pub(super) fn entry(&self, number: u64) -> JournalEntry {
        let begins = std::iter::once(0).chain(self.ends.iter().map(|end| *end as usize));
        let mut words = begins
            .zip(&self.ends)
            .map(|(begin, end)| self.words.get(begin..*end as usize).unwrap_or_default().to_owned());
        let mut word = || words.next().unwrap_or_default();
        let (host, method, path) = (word(), word(), word());
        let mut parameters =
            |count| (0..count).map(|_| Parameter { name: word(), value: word() }).collect::<Vec<_>>();
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
            notes: words.collect(),
            fault: self.fault.clone(),
        }
    }
}
