//! What has become of a connection since it was made, beyond what the store says.

use std::sync::{Mutex, MutexGuard, PoisonError};

use oauth_core::chrono::{DateTime, Utc};

/// Whom the application acts for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Whom {
    /// Whose rights a call has.
    pub(super) who: String,
    /// By what.
    pub(super) how: String,
}

/// Since the connection was made.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    /// Since when the present token is there.
    pub(super) since: Option<DateTime<Utc>>,
    pub(super) refreshes: u32,
    pub(super) refreshed_at: Option<DateTime<Utc>>,
    pub(super) whom: Option<Whom>,
    /// What the API said last.
    pub(super) said: Option<String>,
}

/// The counts, shared by whoever counts.
#[derive(Debug, Default)]
pub(super) struct Tally(Mutex<Counts>);

impl Tally {
    pub(super) fn counts(&self) -> Counts {
        self.lock().clone()
    }

    /// A new connection: everything begins anew.
    pub(super) fn begin(&self, at: DateTime<Utc>) {
        *self.lock() = Counts { since: Some(at), ..Counts::default() };
    }

    pub(super) fn refreshed(&self, at: DateTime<Utc>) {
        let mut counts = self.lock();
        counts.since = Some(at);
        counts.refreshes += 1;
        counts.refreshed_at = Some(at);
    }

    pub(super) fn acts_for(&self, whom: Whom) {
        self.lock().whom = Some(whom);
    }

    pub(super) fn said(&self, answer: String) {
        self.lock().said = Some(answer);
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
