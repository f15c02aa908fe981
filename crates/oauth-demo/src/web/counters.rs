//! Counters of a connection that are not in the store.

use std::sync::{Mutex, MutexGuard, PoisonError};

use oauth_core::chrono::{DateTime, Utc};

use crate::provider::ActsFor;

/// The counters since the connection was established.
#[derive(Clone, Debug, Default)]
pub(super) struct ConnectionStats {
    /// The time of the current token.
    pub(super) token_since: Option<DateTime<Utc>>,
    pub(super) refreshes: u32,
    pub(super) refreshed_at: Option<DateTime<Utc>>,
    pub(super) acts_for: Option<ActsFor>,
    /// The last API response as text.
    pub(super) api_response: Option<String>,
}

/// The shared counters.
#[derive(Debug, Default)]
pub(super) struct Counters(Mutex<ConnectionStats>);

impl Counters {
    pub(super) fn stats(&self) -> ConnectionStats {
        self.lock().clone()
    }

    /// Resets all counters for a new connection.
    pub(super) fn reset(&self, at: DateTime<Utc>) {
        *self.lock() = ConnectionStats { token_since: Some(at), ..ConnectionStats::default() };
    }

    pub(super) fn refreshed(&self, at: DateTime<Utc>) {
        let mut stats = self.lock();
        stats.token_since = Some(at);
        stats.refreshes += 1;
        stats.refreshed_at = Some(at);
    }

    pub(super) fn set_acts_for(&self, acts_for: ActsFor) {
        self.lock().acts_for = Some(acts_for);
    }

    pub(super) fn set_api_response(&self, response: String) {
        self.lock().api_response = Some(response);
    }

    fn lock(&self) -> MutexGuard<'_, ConnectionStats> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
