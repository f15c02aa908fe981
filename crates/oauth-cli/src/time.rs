//! Relative times as text.

use std::time::SystemTime;

use oauth_core::chrono::{DateTime, TimeDelta, Utc};

pub(crate) fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// Formats as `in 11 h` or `3 min ago`.
pub(crate) fn relative(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let left = at - now;
    if left < TimeDelta::zero() { format!("{} ago", length(-left)) } else { format!("in {}", length(left)) }
}

/// Formats with one unit, rounded to the nearest, and at least two of it: `89 days`, `36 h`, `5 min`, `30 s`.
fn length(time: TimeDelta) -> String {
    let seconds = time.num_seconds();
    let (unit, name) = [(86_400, "days"), (3_600, "h"), (60, "min")]
        .into_iter()
        .find(|(unit, _)| seconds >= 2 * unit)
        .unwrap_or((1, "s"));
    format!("{} {name}", (seconds + unit / 2) / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_relative_times() {
        let now = now();
        for (seconds, expected) in [
            (0, "in 0 s"),
            (119, "in 119 s"),
            (120, "in 2 min"),
            (43_199, "in 12 h"),
            (40_000, "in 11 h"),
            (90 * 86_400, "in 90 days"),
            (-30, "30 s ago"),
            (-3 * 86_400, "3 days ago"),
        ] {
            assert_eq!(relative(now + TimeDelta::seconds(seconds), now), expected);
        }
    }
}
