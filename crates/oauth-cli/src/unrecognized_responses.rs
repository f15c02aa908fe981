//! Responses that no declaration of a provider explains, kept in a file for `doctor`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

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

/// The file with these responses, next to the store. It holds status, content type and names of members, never a
/// value or an account.
#[derive(Clone, Debug)]
pub(crate) struct UnrecognizedResponses(Option<PathBuf>);

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
        Self(file.map(|file| file.with_file_name(FILE)))
    }

    /// Records the event if it is about such a response. A failure to write is ignored: the call matters more.
    pub(crate) fn record(&self, event: &Event<'_>) {
        let (Some(path), EventKind::UnrecognizedResponse(response)) = (&self.0, &event.kind) else { return };
        let mut kinds = self.read();
        let known = kinds.entry(event.provider.to_owned()).or_default().entry(response.to_string());
        let occurrences = known.or_insert(Occurrences { count: 0, last: now() });
        *occurrences = Occurrences { count: occurrences.count.saturating_add(1), last: now() };
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
        let text = self.0.as_ref().and_then(|path| fs::read(path).ok());
        text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
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
