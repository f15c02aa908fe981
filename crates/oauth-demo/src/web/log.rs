//! The log of the page, oldest first. Secrets are redacted before they are logged.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use oauth_core::chrono::{DateTime, Utc};
use tokio::sync::watch;

use crate::trace::{Request, Response};

/// Maximum number of entries.
const MAX_ENTRIES: usize = 150;

/// An entry of the log.
#[derive(Clone, Debug)]
pub(super) struct LogEntry {
    /// The number of the entry, starting at 1.
    pub(super) number: u64,
    /// The time of the sandbox's clock.
    pub(super) at: DateTime<Utc>,
    pub(super) provider: Option<&'static str>,
    pub(super) event: LogEvent,
}

/// The event of a log entry.
#[derive(Clone, Debug)]
pub(super) enum LogEvent {
    /// The application called the provider.
    Call(Box<Call>),
    /// The customer's browser sent a request to the provider.
    Browser { method: String, path: String, status: Option<u16> },
    /// A notice about a connection.
    Notice { tone: Tone, text: String },
    /// The user clicked a button on the page.
    UserAction(String),
}

/// A call to the provider.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) request: Request,
    pub(super) outcome: CallOutcome,
    pub(super) is_token_call: bool,
    started_at: Instant,
}

/// The outcome of a call.
#[derive(Clone, Debug)]
pub(super) enum CallOutcome {
    /// In flight.
    Pending,
    Response(Response, Duration),
    /// The error of a call without a response.
    Failed(String),
}

/// The tone of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Bad,
    Plain,
}

#[derive(Debug, Default)]
struct Entries {
    last_number: u64,
    entries: VecDeque<LogEntry>,
}

/// A bounded log. Its version changes with every entry.
#[derive(Debug, Default)]
pub(super) struct Log {
    entries: Mutex<Entries>,
    version: watch::Sender<u64>,
}

impl Log {
    pub(super) fn push(&self, at: DateTime<Utc>, provider: Option<&'static str>, event: LogEvent) {
        let mut entries = self.lock();
        entries.last_number += 1;
        let number = entries.last_number;
        if entries.entries.len() == MAX_ENTRIES {
            entries.entries.pop_front();
        }
        entries.entries.push_back(LogEntry { number, at, provider, event });
        drop(entries);
        self.mark_changed();
    }

    /// Logs a request.
    pub(super) fn request(
        &self,
        at: DateTime<Utc>,
        provider: &'static str,
        request: Request,
        is_token_call: bool,
    ) {
        let call = Call { request, outcome: CallOutcome::Pending, is_token_call, started_at: Instant::now() };
        self.push(at, Some(provider), LogEvent::Call(Box::new(call)));
    }

    /// Records the result of the oldest matching call in flight.
    pub(super) fn response(
        &self,
        provider: &'static str,
        method: &str,
        url: &str,
        result: Result<Response, String>,
    ) {
        let mut entries = self.lock();
        let call = entries.entries.iter_mut().find_map(|entry| match &mut entry.event {
            LogEvent::Call(call)
                if entry.provider == Some(provider)
                    && matches!(call.outcome, CallOutcome::Pending)
                    && call.request.method == method
                    && call.request.link.url == url =>
            {
                Some(call)
            }
            _ => None,
        });
        if let Some(call) = call {
            call.outcome = match result {
                Ok(response) => CallOutcome::Response(response, call.started_at.elapsed()),
                Err(error) => CallOutcome::Failed(error),
            };
        }
        drop(entries);
        self.mark_changed();
    }

    /// Returns `true` if a token call to this provider is in flight.
    pub(super) fn has_pending_token_call(&self, provider: &str) -> bool {
        self.lock().entries.iter().any(|entry| {
            entry.provider == Some(provider)
                && matches!(&entry.event, LogEvent::Call(call) if call.is_token_call && matches!(call.outcome, CallOutcome::Pending))
        })
    }

    /// A copy of all entries, oldest first.
    pub(super) fn entries(&self) -> Vec<LogEntry> {
        self.lock().entries.iter().cloned().collect()
    }

    /// Removes all entries. Numbering continues.
    pub(super) fn clear(&self) {
        self.lock().entries.clear();
        self.mark_changed();
    }

    /// Increments the version after a change anywhere on the page.
    pub(super) fn mark_changed(&self) {
        self.version.send_modify(|version| *version += 1);
    }

    /// The number of changes.
    pub(super) fn version(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Secrets;

    fn request(path: &str) -> Request {
        let request = http::Request::get(format!("http://127.0.0.1:1{path}")).body(Vec::new()).unwrap();
        Request::parse(&request, &Secrets::default())
    }

    #[test]
    fn matches_responses_and_limits_entries() {
        let log = Log::default();
        for path in ["/a", "/b", "/a"] {
            log.request(Utc::now(), "go1", request(path), path == "/b");
        }
        assert!(log.has_pending_token_call("go1") && !log.has_pending_token_call("gocd"));
        log.response("gocd", "GET", "http://127.0.0.1:1/b", Err("not this one".to_owned()));
        assert!(log.has_pending_token_call("go1"));
        log.response("go1", "GET", "http://127.0.0.1:1/b", Err("lost".to_owned()));
        log.response("go1", "GET", "http://127.0.0.1:1/a", Err("lost".to_owned()));
        assert!(!log.has_pending_token_call("go1"));
        let is_pending = |entry: &LogEntry| matches!(&entry.event, LogEvent::Call(call) if matches!(call.outcome, CallOutcome::Pending));
        assert_eq!(log.entries().iter().map(is_pending).collect::<Vec<_>>(), [false, false, true]);

        for _ in 0..MAX_ENTRIES + 5 {
            log.push(Utc::now(), None, LogEvent::UserAction("again".to_owned()));
        }
        let entries = log.entries();
        assert_eq!((entries.len(), entries[0].number), (MAX_ENTRIES, 9));
    }
}
