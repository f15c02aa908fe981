//! Formatting of times and durations.

use oauth_core::chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

/// Remaining time as `11:59:58`, or as `89 days` from two days on. Negative values are zero.
pub(super) fn remaining(time: TimeDelta) -> String {
    let seconds = time.num_seconds().max(0);
    if seconds >= 48 * 3600 {
        return format!("{} days", seconds / 86_400);
    }
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// RFC 3339 with milliseconds.
pub(super) fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Unix time in milliseconds, for the script.
pub(super) fn millis(time: DateTime<Utc>) -> String {
    time.timestamp_millis().to_string()
}

/// `04:22:33`
pub(super) fn time_of_day(time: DateTime<Utc>) -> String {
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
    fn remaining_time_ends_at_zero() {
        for (seconds, expected) in [
            (90 * 86_400, "90 days"),
            (48 * 3600, "2 days"),
            (48 * 3600 - 1, "47:59:59"),
            (43_200, "12:00:00"),
            (61, "0:01:01"),
            (0, "0:00:00"),
            (-5, "0:00:00"),
        ] {
            assert_eq!(remaining(TimeDelta::seconds(seconds)), expected);
        }
    }
}
