//! Rate limits per endpoint and user: "60 requests per minute per user" unless documented otherwise.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

const MINUTE: i64 = 60;

#[derive(Debug)]
struct Window {
    started_at: i64,
    count: u32,
}

/// Number of windows above which expired ones are removed. Normal use stays below it.
const MAX_WINDOWS: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct RateLimiter(HashMap<(&'static str, String), Window>);

impl RateLimiter {
    /// Counts one request of `user`. Above the limit it does not count: the error is the seconds to wait.
    pub(super) fn count(
        &mut self,
        endpoint: &'static str,
        per_minute: u32,
        user: &str,
        now: DateTime<Utc>,
    ) -> Result<(), i64> {
        let now = now.timestamp();
        if self.0.len() >= MAX_WINDOWS {
            self.0.retain(|_, window| now < window.started_at + MINUTE);
        }
        let window =
            self.0.entry((endpoint, user.to_owned())).or_insert(Window { started_at: now, count: 0 });
        if now >= window.started_at + MINUTE {
            *window = Window { started_at: now, count: 0 };
        }
        if window.count >= per_minute {
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
        let mut limiter = RateLimiter::default();
        for (endpoint, user, second, expected) in [
            ("x", "a", 30, Ok(())),
            ("x", "a", 40, Ok(())),
            ("x", "a", 41, Err(49)),
            ("x", "b", 41, Ok(())),
            ("y", "a", 41, Ok(())),
            ("x", "a", 89, Err(1)),
            ("x", "a", 90, Ok(())),
        ] {
            let now = DateTime::from_timestamp(second, 0).unwrap();
            assert_eq!(limiter.count(endpoint, 2, user, now), expected, "{endpoint} {user} {second}");
        }
    }
}
