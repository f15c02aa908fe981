//! Rate limits per endpoint and user: "60 requests per minute per user" unless documented otherwise.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

/// The window in seconds.
const MINUTE: i64 = 60;

/// An endpoint's name and its requests per minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct RateLimit {
    pub(super) endpoint: &'static str,
    pub(super) per_minute: u32,
}

#[derive(Debug)]
struct Window {
    started_at: i64,
    count: u32,
}

/// Number of windows above which expired ones are removed. Normal use stays below it.
const MAX_WINDOWS: usize = 10_000;

/// Request counts by endpoint and user.
#[derive(Debug, Default)]
pub(super) struct RateLimiter(HashMap<(RateLimit, String), Window>);

impl RateLimiter {
    /// Counts one request of `user`. Above the limit it does not count: the error is the seconds to wait.
    pub(super) fn count(&mut self, limit: RateLimit, user: &str, now: DateTime<Utc>) -> Result<(), i64> {
        let now = now.timestamp();
        if self.0.len() >= MAX_WINDOWS {
            self.0.retain(|_, window| now < window.started_at + MINUTE);
        }
        let window = self.0.entry((limit, user.to_owned())).or_insert(Window { started_at: now, count: 0 });
        if now >= window.started_at + MINUTE {
            *window = Window { started_at: now, count: 0 };
        }
        if window.count >= limit.per_minute {
            return Err(window.started_at + MINUTE - now);
        }
        window.count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn window_starts_with_its_first_request() {
        let limit = RateLimit { endpoint: "x", per_minute: 2 };
        let other = RateLimit { endpoint: "y", per_minute: 2 };
        let mut limiter = RateLimiter::default();
        let mut count =
            |limit, user, second| limiter.count(limit, user, DateTime::from_timestamp(second, 0).unwrap());
        assert_eq!(
            (count(limit, "a", 30), count(limit, "a", 40), count(limit, "a", 41)),
            (Ok(()), Ok(()), Err(49))
        );
        assert_eq!((count(limit, "b", 41), count(other, "a", 41)), (Ok(()), Ok(())));
        assert_eq!((count(limit, "a", 89), count(limit, "a", 90)), (Err(1), Ok(())));
    }
}
