//! Times and lengths of time, for people.

use oauth_core::chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

/// `11:59:58`, and from two days on `89 days`. Nothing below zero.
pub(super) fn left(time: TimeDelta) -> String {
    let seconds = time.num_seconds().max(0);
    if seconds >= 48 * 3600 {
        return format!("{} days", seconds / 86_400);
    }
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// For machines.
pub(super) fn exact(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Milliseconds since 1970, which is how scripts count.
pub(super) fn millis(time: DateTime<Utc>) -> String {
    time.timestamp_millis().to_string()
}

/// `04:22:33`
pub(super) fn of_day(time: DateTime<Utc>) -> String {
    time.format("%H:%M:%S").to_string()
}

/// `1 time`, `2 times`
pub(super) fn times(number: u32) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} time{s}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_counted_down_to_nothing() {
        for (seconds, says) in [
            (90 * 86_400, "90 days"),
            (48 * 3600, "2 days"),
            (48 * 3600 - 1, "47:59:59"),
            (43_200, "12:00:00"),
            (61, "0:01:01"),
            (0, "0:00:00"),
            (-5, "0:00:00"),
        ] {
            assert_eq!(left(TimeDelta::seconds(seconds)), says);
        }
    }
}
