//! What happened, newest last, for everybody who looks at the page. Holds no secret: whoever writes here has masked what they write.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use oauth_core::chrono::{DateTime, Utc};
use tokio::sync::watch;

use crate::trace::{Request, Response};

/// So many entries are kept.
const KEPT: usize = 150;

/// One thing that happened.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Counts from 1.
    pub(super) number: u64,
    /// By the clock of the sandbox.
    pub(super) at: DateTime<Utc>,
    pub(super) provider: Option<&'static str>,
    pub(super) what: EventKind,
}

/// What happened.
#[derive(Clone, Debug)]
pub(super) enum EventKind {
    /// The application called the provider.
    Call(Box<Call>),
    /// A person's browser asked the provider for something.
    Browser { method: String, path: String, status: Option<u16> },
    /// The application was told something of a connection.
    Told { tone: Tone, text: String },
    /// Somebody pressed a button on the page.
    Act(String),
}

/// A call, and what came of it.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) request: Request,
    pub(super) answer: Answer,
    pub(super) is_token_call: bool,
    begun: Instant,
}

/// What came of a call.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// It is under way.
    Waiting,
    Came(Response, Duration),
    /// None came, and why.
    Lost(String),
}

/// How good the news is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Bad,
    Plain,
}

#[derive(Debug, Default)]
struct Entries {
    last_number: u64,
    kept: VecDeque<Entry>,
}

/// The log.
#[derive(Debug, Default)]
pub(super) struct Log {
    entries: Mutex<Entries>,
    version: watch::Sender<u64>,
}

impl Log {
    pub(super) fn push(&self, at: DateTime<Utc>, provider: Option<&'static str>, what: EventKind) {
        let mut entries = self.lock();
        entries.last_number += 1;
        let number = entries.last_number;
        if entries.kept.len() == KEPT {
            entries.kept.pop_front();
        }
        entries.kept.push_back(Entry { number, at, provider, what });
        drop(entries);
        self.changed();
    }

    /// A call leaves.
    pub(super) fn sent(
        &self,
        at: DateTime<Utc>,
        provider: &'static str,
        request: Request,
        is_token_call: bool,
    ) {
        let call = Call { request, answer: Answer::Waiting, is_token_call, begun: Instant::now() };
        self.push(at, Some(provider), EventKind::Call(Box::new(call)));
    }

    /// The answer to the oldest such call that waits for one.
    pub(super) fn answered(
        &self,
        provider: &'static str,
        method: &str,
        url: &str,
        answer: Result<Response, String>,
    ) {
        let mut entries = self.lock();
        let call = entries.kept.iter_mut().find_map(|entry| match &mut entry.what {
            EventKind::Call(call)
                if entry.provider == Some(provider)
                    && matches!(call.answer, Answer::Waiting)
                    && call.request.method == method
                    && call.request.link.url == url =>
            {
                Some(call)
            }
            _ => None,
        });
        if let Some(call) = call {
            call.answer = match answer {
                Ok(response) => Answer::Came(response, call.begun.elapsed()),
                Err(error) => Answer::Lost(error),
            };
        }
        drop(entries);
        self.changed();
    }

    /// Whether a token call to this provider is under way.
    pub(super) fn is_asking(&self, provider: &str) -> bool {
        self.lock().kept.iter().any(|entry| {
            entry.provider == Some(provider)
                && matches!(&entry.what, EventKind::Call(call) if call.is_token_call && matches!(call.answer, Answer::Waiting))
        })
    }

    /// A copy, oldest first.
    pub(super) fn entries(&self) -> Vec<Entry> {
        self.lock().kept.iter().cloned().collect()
    }

    /// Forgets everything. Numbers go on.
    pub(super) fn clear(&self) {
        self.lock().kept.clear();
        self.changed();
    }

    /// Something is different now, here or elsewhere on the page.
    pub(super) fn changed(&self) {
        self.version.send_modify(|version| *version += 1);
    }

    /// Counts the changes.
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
        Request::read(&request, &Secrets::default())
    }

    #[test]
    fn answers_find_their_calls_and_the_log_stays_short() {
        let log = Log::default();
        for path in ["/a", "/b", "/a"] {
            log.sent(Utc::now(), "go1", request(path), path == "/b");
        }
        assert!(log.is_asking("go1") && !log.is_asking("gocd"));
        log.answered("gocd", "GET", "http://127.0.0.1:1/b", Err("not this one".to_owned()));
        assert!(log.is_asking("go1"));
        log.answered("go1", "GET", "http://127.0.0.1:1/b", Err("lost".to_owned()));
        log.answered("go1", "GET", "http://127.0.0.1:1/a", Err("lost".to_owned()));
        assert!(!log.is_asking("go1"));
        let waiting = |entry: &Entry| matches!(&entry.what, EventKind::Call(call) if matches!(call.answer, Answer::Waiting));
        assert_eq!(log.entries().iter().map(waiting).collect::<Vec<_>>(), [false, false, true]);

        for _ in 0..KEPT + 5 {
            log.push(Utc::now(), None, EventKind::Act("again".to_owned()));
        }
        let entries = log.entries();
        assert_eq!((entries.len(), entries[0].number), (KEPT, 9));
    }
}
