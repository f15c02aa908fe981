//! Responses that no declaration of a provider explains, kept in a file for `doctor`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::connections::{Event, EventKind};
use serde::{Deserialize, Serialize};

use crate::paths;
use crate::private_file;
use crate::store::StoreAddress;
use crate::time::now;

const FILE: &str = "unrecognized-responses.json";

/// Kinds of responses that are kept; the ones seen last.
const MAX_KINDS: usize = 20;

/// Time between two writes of the file: listeners run in the middle of a refresh.
const MIN_WRITE_INTERVAL: Duration = Duration::from_secs(60);

/// The file with these responses, next to the store. It holds status, content type and names of members, and
/// no account.
#[derive(Debug)]
pub(crate) struct UnrecognizedResponses {
    path: Option<PathBuf>,
    pending: Mutex<Pending>,
}

/// Occurrences that are not written yet.
#[derive(Debug, Default)]
struct Pending {
    counts: BTreeMap<(String, String), u64>,
    written_at: Option<Instant>,
}

/// Occurrences of one kind of response.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Occurrences {
    pub(crate) count: u64,
    pub(crate) last: DateTime<Utc>,
}

/// Occurrences by provider and description.
type Kinds = BTreeMap<String, BTreeMap<String, Occurrences>>;

impl UnrecognizedResponses {
    pub(crate) fn next_to(store: &StoreAddress) -> Self {
        let file = store.sqlite_file().map(PathBuf::from).or_else(|| paths::store_file().ok());
        Self { path: file.map(|file| file.with_file_name(FILE)), pending: Mutex::default() }
    }

    /// Records the event if it is about such a response.
    pub(crate) fn record(&self, event: &Event<'_>) {
        let EventKind::UnrecognizedResponse(response) = &event.kind else { return };
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        *pending.counts.entry((event.provider.to_owned(), response.to_string())).or_default() += 1;
        if pending.written_at.is_none_or(|at| at.elapsed() >= MIN_WRITE_INTERVAL) {
            pending.written_at = Some(Instant::now());
            self.write(std::mem::take(&mut pending.counts));
        }
    }

    /// Adds to the file. A failure is ignored: the call matters more.
    fn write(&self, counts: BTreeMap<(String, String), u64>) {
        let Some(path) = self.path.as_ref().filter(|_| !counts.is_empty()) else { return };
        let mut kinds = self.read();
        for ((provider, kind), count) in counts {
            let seen = kinds.entry(provider).or_default().entry(kind);
            let seen = seen.or_insert(Occurrences { count: 0, last: now() });
            *seen = Occurrences { count: seen.count.saturating_add(count), last: now() };
        }
        drop_oldest(&mut kinds);
        if let Ok(text) = serde_json::to_string_pretty(&kinds) {
            let _ = private_file::create_parent_directory(path);
            let _ = private_file::write(path, &text, false);
        }
    }

    /// Returns a listener that records.
    pub(crate) fn listener(self) -> impl Fn(&Event<'_>) + Send + Sync + 'static {
        move |event| self.record(event)
    }

    /// Returns the recorded responses. A missing or damaged file has none.
    pub(crate) fn read(&self) -> Kinds {
        let text = self.path.as_ref().and_then(|path| fs::read(path).ok());
        text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }
}

impl Drop for UnrecognizedResponses {
    fn drop(&mut self) {
        let pending = self.pending.get_mut().unwrap_or_else(PoisonError::into_inner);
        let counts = std::mem::take(&mut pending.counts);
        self.write(counts);
    }
}

fn drop_oldest(kinds: &mut Kinds) {
    while kinds.values().map(BTreeMap::len).sum::<usize>() > MAX_KINDS {
        let oldest = kinds
            .iter()
            .flat_map(|(provider, kinds)| kinds.iter().map(move |(kind, seen)| (seen.last, provider, kind)))
            .min()
            .map(|(_, provider, kind)| (provider.clone(), kind.clone()));
        let Some((provider, kind)) = oldest else { return };
        if let Some(kinds) = kinds.get_mut(&provider) {
            kinds.remove(&kind);
        }
    }
}
