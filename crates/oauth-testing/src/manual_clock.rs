//! A clock that tests advance.

use std::sync::{Arc, Mutex, PoisonError};

use oauth_core::Clock;
use oauth_core::chrono::{DateTime, TimeDelta, Utc};

/// Starts at 2026-01-02 03:04:05 UTC. Clones share the time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<DateTime<Utc>>>);

impl ManualClock {
    /// Advances the time; a negative number moves it back.
    pub fn advance_secs(&self, seconds: i64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += TimeDelta::seconds(seconds);
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(DateTime::from_timestamp(1_767_323_045, 0).unwrap_or_default())))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
