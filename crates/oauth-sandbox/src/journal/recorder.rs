//! The journal while it is being written.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt::Display;
use std::sync::{Arc, Mutex};

use axum::extract::FromRequestParts;
use chrono::{DateTime, Utc};
use http::request::Parts;

use super::compact_entry::CompactEntry;
use super::{Journal, RequestKind};
use crate::middleware::RequestContext;
use crate::params::Params;
use crate::sync::lock;

/// How many entries are kept.
const KEPT: usize = 1000;

#[derive(Debug, Default)]
struct Pages {
    /// The newest line's; those before it count down from it.
    last_number: u64,
    cleared_at: u64,
    token_calls: u64,
    api_calls: u64,
    forgotten: u64,
    lines: VecDeque<CompactEntry>,
}

impl Pages {
    /// The number of the oldest line.
    fn first_number(&self) -> u64 {
        self.last_number + 1 - self.lines.len() as u64
    }

    /// `None` when it has been dropped since, or the journal cleared.
    fn line(&mut self, number: u64) -> Option<&mut CompactEntry> {
        let at = number.checked_sub(self.first_number())?;
        self.lines.get_mut(usize::try_from(at).ok()?)
    }
}

/// Where the requests of one sandbox are written down.
#[derive(Clone, Debug, Default)]
pub(crate) struct JournalRecorder(Arc<Mutex<Pages>>);

impl JournalRecorder {
    /// Writes down a request at its arrival, so that one that never gets an answer is seen too.
    pub(crate) fn open(&self, time: DateTime<Utc>, parts: &Parts, params: &Params) -> RequestLog {
        // Before the lock, which every request takes several times.
        let line = CompactEntry::new(time, parts, params);
        let mut pages = lock(&self.0);
        pages.last_number += 1;
        let number = pages.last_number;
        let forgotten = if pages.lines.len() == KEPT { pages.lines.pop_front() } else { None };
        pages.forgotten += u64::from(forgotten.is_some());
        pages.lines.push_back(line);
        // The oldest is dropped after it.
        drop(pages);
        RequestLog { recorder: self.clone(), number }
    }

    pub(crate) fn copy(&self) -> Journal {
        let pages = lock(&self.0);
        Journal {
            token_calls: pages.token_calls,
            api_calls: pages.api_calls,
            forgotten: pages.forgotten,
            entries: (pages.first_number()..)
                .zip(&pages.lines)
                .map(|(number, line)| line.entry(number))
                .collect(),
        }
    }

    pub(crate) fn clear(&self) {
        let mut pages = lock(&self.0);
        // Numbers go on, so that a request still under way cannot write into a later one's entry.
        let last_number = pages.last_number;
        *pages = Pages { last_number, cleared_at: last_number, ..Pages::default() };
    }
}

/// One request's entry, for whoever has something to say about it. Handlers take it as an extractor.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestLog {
    recorder: JournalRecorder,
    number: u64,
}

impl RequestLog {
    /// Adds what was decided. The text must hold no secret.
    pub(crate) fn note(&self, text: impl Display) {
        self.write(|line| line.note(text));
    }

    pub(crate) fn fault(&self, name: &str) {
        self.write(|line| line.fault = Some(name.to_owned()));
    }

    pub(crate) fn status(&self, status: u16) {
        self.write(|line| line.status = Some(status));
    }

    /// Says what the request is for, and counts it.
    pub(crate) fn kind(&self, kind: RequestKind) {
        let mut pages = lock(&self.recorder.0);
        if self.number <= pages.cleared_at {
            return;
        }
        if let Some(line) = pages.line(self.number) {
            line.kind = kind;
        }
        match kind {
            RequestKind::Token => pages.token_calls += 1,
            RequestKind::Api => pages.api_calls += 1,
            RequestKind::Authorize | RequestKind::Page => {}
        }
    }

    /// Does nothing when the entry has been dropped since, or the journal cleared.
    fn write(&self, change: impl FnOnce(&mut CompactEntry)) {
        if let Some(line) = lock(&self.recorder.0).line(self.number) {
            change(line);
        }
    }
}

impl<S: Sync> FromRequestParts<S> for RequestLog {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(RequestContext::of(parts).map(|context| context.log.clone()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_short_and_keeps_counting() {
        let recorder = JournalRecorder::default();
        let (parts, ()) = http::Request::new(()).into_parts();
        for _ in 0..KEPT + 5 {
            recorder.open(Utc::now(), &parts, &Params::default()).kind(RequestKind::Token);
        }
        let journal = recorder.copy();
        assert_eq!((journal.entries().len(), journal.forgotten()), (KEPT, 5));
        assert_eq!(journal.token_calls(), KEPT as u64 + 5);
        assert_eq!(journal.entries()[0].number, 6);
    }

    #[test]
    fn everybody_writes_on_a_line_of_their_own() {
        let recorder = JournalRecorder::default();
        let (parts, ()) = http::Request::new(()).into_parts();
        let open = || recorder.open(Utc::now(), &parts, &Params::default());
        let before = open();
        recorder.clear();
        let (first, second) = (open(), open());
        for (recorder, word) in [(&before, "before"), (&second, "second"), (&first, "first")] {
            recorder.kind(RequestKind::Api);
            recorder.note(word);
            recorder.note("é".repeat(301));
            recorder.status(204);
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
