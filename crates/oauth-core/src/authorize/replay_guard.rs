//! Which attempts are over, so that none is finished twice.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

/// The states of attempts that are over, kept for as long as their callback could still be accepted.
///
/// In memory: it sees replays within this process. Across machines the store does
/// ([`Connections::finish`](crate::Connections::finish)), or the session that holds the `PendingAuthorization` gives it out only once.
#[derive(Default)]
pub(crate) struct ReplayGuard(Mutex<HashMap<String, DateTime<Utc>>>);

impl ReplayGuard {
    /// Marks an attempt as over; false if it was before.
    pub(crate) fn end(
        &self,
        state: &str,
        begun_at: DateTime<Utc>,
        now: DateTime<Utc>,
        age: Duration,
    ) -> bool {
        let mut ended = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if ended.len() >= 1024 && ended.len().is_power_of_two() {
            // Only what can no longer be accepted; a clock that was set back makes an attempt no older.
            ended.retain(|_, begun_at| {
                (now - *begun_at).to_std().is_ok_and(|old| old <= age) || *begun_at > now
            });
        }
        ended.insert(state.to_owned(), begun_at).is_none()
    }

    /// Takes that back: nothing was sent, so the code is still good.
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
