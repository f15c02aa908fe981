//! The sandbox's own time: real time plus what a test has added.

use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::sync::lock;

/// How far ahead the clock can be set in all: enough for any lifetime, and far from the end of `chrono`'s calendar.
const FARTHEST: TimeDelta = TimeDelta::days(365_000);

/// The only place in this crate where expiry gets its time from.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    ahead: Mutex<TimeDelta>,
}

impl Clock {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        Utc::now() + *lock(&self.ahead)
    }

    /// Adds `by`, up to about a thousand years in all.
    pub(crate) fn advance(&self, by: Duration) {
        let by = TimeDelta::from_std(by).unwrap_or(FARTHEST);
        let mut ahead = lock(&self.ahead);
        *ahead = ahead.checked_add(&by).unwrap_or(FARTHEST).min(FARTHEST);
    }

    pub(crate) fn reset(&self) {
        *lock(&self.ahead) = TimeDelta::zero();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advances_without_end_and_comes_back() {
        let clock = Clock::default();
        let before = clock.now();
        clock.advance(Duration::from_secs(3600));
        assert!(clock.now() - before >= TimeDelta::hours(1));
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert!(clock.now() - before >= FARTHEST);
        clock.reset();
        assert!(clock.now() - before < TimeDelta::hours(1));
    }
}
