//! Replay protection: no attempt is finished twice.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

/// The states of this process's finished attempts, kept while their callback could still be accepted.
///
/// Across processes the store rejects replays ([`Connections::finish`](crate::Connections::finish)).
#[derive(Default)]
pub(crate) struct ReplayGuard(Mutex<HashMap<String, DateTime<Utc>>>);

impl ReplayGuard {
    /// Marks an attempt as finished. Returns false if it was finished before.
    pub(crate) fn end(
        &self,
        state: &str,
        begun_at: DateTime<Utc>,
        now: DateTime<Utc>,
        age: Duration,
    ) -> bool {
        let mut ended = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if ended.len() >= 1024 && ended.len().is_power_of_two() {
            // Those that are too old to be accepted. A clock that was set back makes none older.
            ended.retain(|_, begun_at| {
                (now - *begun_at).to_std().is_ok_and(|old| old <= age) || *begun_at > now
            });
        }
        ended.insert(state.to_owned(), begun_at).is_none()
    }

    /// Reverts [`end`](Self::end): nothing was sent, so the code is unspent.
    pub(crate) fn reopen(&self, state: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(state);
    }

    pub(crate) fn is_over(&self, state: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(state)
    }
}

impl fmt::Debug for ReplayGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReplayGuard")
    }
}
