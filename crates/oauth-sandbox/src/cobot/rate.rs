//! How often somebody may call an endpoint: "60 requests per minute per user" unless the endpoint says otherwise.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

/// Seconds over which requests are counted.
const MINUTE: i64 = 60;

/// An endpoint's name and its limit for one minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Limit {
    pub(super) endpoint: &'static str,
    pub(super) per_minute: u32,
}

#[derive(Debug)]
struct Window {
    since: i64,
    count: u32,
}

/// More than there are endpoints and people; beyond it, minutes that are over are forgotten.
const MOST: usize = 10_000;

/// What has been counted, by endpoint and user.
#[derive(Debug, Default)]
pub(super) struct Rates(HashMap<(Limit, String), Window>);

impl Rates {
    /// Counts one request of `user`, or says after how many seconds the next one is welcome. One that is refused does not count.
    pub(super) fn count(&mut self, limit: Limit, user: &str, now: DateTime<Utc>) -> Result<(), i64> {
        let now = now.timestamp();
        if self.0.len() >= MOST {
            self.0.retain(|_, window| now < window.since + MINUTE);
        }
        let window = self.0.entry((limit, user.to_owned())).or_insert(Window { since: now, count: 0 });
        if now >= window.since + MINUTE {
            *window = Window { since: now, count: 0 };
        }
        if window.count >= limit.per_minute {
            return Err(window.since + MINUTE - now);
        }
        window.count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_begins_with_its_first_request() {
        let limit = Limit { endpoint: "x", per_minute: 2 };
        let other = Limit { endpoint: "y", per_minute: 2 };
        let mut rates = Rates::default();
        let mut at =
            |limit, user, second| rates.count(limit, user, DateTime::from_timestamp(second, 0).unwrap());
        assert_eq!((at(limit, "a", 30), at(limit, "a", 40), at(limit, "a", 41)), (Ok(()), Ok(()), Err(49)));
        assert_eq!((at(limit, "b", 41), at(other, "a", 41)), (Ok(()), Ok(())));
        assert_eq!((at(limit, "a", 89), at(limit, "a", 90)), (Err(1), Ok(())));
    }
}
