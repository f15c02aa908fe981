//! The journal while it is being written.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::extract::FromRequestParts;
use chrono::{DateTime, Utc};
use http::header::HOST;
use http::request::Parts;

use super::{Entry, Journal, Kind, redact};
use crate::params::Params;
use crate::sync::lock;

/// How many entries are kept, and how many characters of one note, which may hold what somebody typed.
const KEPT: usize = 1000;
const LONGEST_NOTE: usize = 300;

#[derive(Debug, Default)]
struct Pages {
    last_number: u64,
    cleared_at: u64,
    token_calls: u64,
    api_calls: u64,
    forgotten: u64,
    entries: VecDeque<Entry>,
}

/// Where the requests of one sandbox are written down.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Pages>>);

impl Log {
    /// Writes down a request at its arrival, so that one that never gets an answer is seen too.
    pub(crate) fn open(&self, time: DateTime<Utc>, parts: &Parts, params: &Params) -> Ticket {
        let mut pages = lock(&self.0);
        pages.last_number += 1;
        let number = pages.last_number;
        if pages.entries.len() == KEPT {
            pages.entries.pop_front();
            pages.forgotten += 1;
        }
        pages.entries.push_back(Entry {
            number,
            time,
            kind: Kind::Page,
            host: redact::host(&host(parts)),
            method: parts.method.as_str().chars().take(16).collect(),
            path: redact::path(parts.uri.path()),
            query: redact::parameters(params.query()),
            form: redact::parameters(params.form()),
            status: None,
            notes: Vec::new(),
            fault: None,
        });
        Ticket { log: self.clone(), number }
    }

    pub(crate) fn copy(&self) -> Journal {
        let pages = lock(&self.0);
        Journal {
            token_calls: pages.token_calls,
            api_calls: pages.api_calls,
            forgotten: pages.forgotten,
            entries: pages.entries.iter().cloned().collect(),
        }
    }

    pub(crate) fn clear(&self) {
        let mut pages = lock(&self.0);
        // Numbers go on, so that a request still under way cannot write into a later one's entry.
        let last_number = pages.last_number;
        *pages = Pages { last_number, cleared_at: last_number, ..Pages::default() };
    }
}

/// As HTTP has it: the authority of an absolute target, else the header.
fn host(parts: &Parts) -> String {
    match parts.uri.authority() {
        Some(authority) => authority.as_str().to_owned(),
        None => parts
            .headers
            .get(HOST)
            .map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned())
            .unwrap_or_default(),
    }
}

/// One request's entry, for whoever has something to say about it. Handlers take it as an extractor.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ticket {
    log: Log,
    number: u64,
}

impl Ticket {
    /// Adds what was decided. The text must hold no secret.
    pub(crate) fn note(&self, text: impl Into<String>) {
        let text = text.into().chars().take(LONGEST_NOTE).collect();
        self.write(|entry| entry.notes.push(text));
    }

    pub(crate) fn fault(&self, name: &str) {
        self.write(|entry| entry.fault = Some(name.to_owned()));
    }

    pub(crate) fn status(&self, status: u16) {
        self.write(|entry| entry.status = Some(status));
    }

    /// Says what the request is for, and counts it.
    pub(crate) fn kind(&self, kind: Kind) {
        self.write(|entry| entry.kind = kind);
        let mut pages = lock(&self.log.0);
        if self.number <= pages.cleared_at {
            return;
        }
        match kind {
            Kind::Token => pages.token_calls += 1,
            Kind::Api => pages.api_calls += 1,
            Kind::Authorize | Kind::Page => {}
        }
    }

    /// Does nothing when the entry has been dropped since, or the journal cleared.
    fn write(&self, change: impl FnOnce(&mut Entry)) {
        let mut pages = lock(&self.log.0);
        if let Some(entry) = pages.entries.iter_mut().rev().find(|entry| entry.number == self.number) {
            change(entry);
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Ticket {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // `intake` puts it there for every request.
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_short_and_keeps_counting() {
        let log = Log::default();
        let (parts, ()) = http::Request::new(()).into_parts();
        for _ in 0..KEPT + 5 {
            log.open(Utc::now(), &parts, &Params::default()).kind(Kind::Token);
        }
        let journal = log.copy();
        assert_eq!((journal.entries().len(), journal.forgotten()), (KEPT, 5));
        assert_eq!(journal.token_calls(), KEPT as u64 + 5);
        assert_eq!(journal.entries()[0].number, 6);
    }
}
