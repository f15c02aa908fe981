//! Units of measurements.

use serde::{Deserialize, Serialize};

/// Unit of a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Nanoseconds.
    Time,
    /// Per second.
    Rate,
    /// Bytes.
    Bytes,
    /// A count; the row names the things counted.
    Count,
    /// Our measurement divided by the peer's.
    Ratio,
}

impl Unit {
    /// Formats a value with a prefix that fits its size.
    pub fn show(self, value: f64) -> String {
        match self {
            Self::Time if value < 1e3 => format!("{} ns", digits(value)),
            Self::Time if value < 1e6 => format!("{} µs", digits(value / 1e3)),
            Self::Time if value < 1e9 => format!("{} ms", digits(value / 1e6)),
            Self::Time => format!("{} s", digits(value / 1e9)),
            Self::Rate => format!("{}/s", digits(value)),
            Self::Bytes if value < 1024.0 => format!("{} B", digits(value)),
            Self::Bytes if value < 1_048_576.0 => format!("{} KiB", digits(value / 1024.0)),
            Self::Bytes => format!("{} MiB", digits(value / 1_048_576.0)),
            Self::Count => digits(value),
            Self::Ratio => format!("{value:.2}×"),
        }
    }
}

/// Three significant digits, with thousands separators.
fn digits(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 99.95 || size == 0.0 => 0,
        size if size >= 9.995 => 1,
        _ => 2,
    };
    let text = format!("{value:.decimals$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let whole = grouped(whole);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") }
}

fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        let left = digits.len() - at;
        if at > 0 && left.is_multiple_of(3) && !out.ends_with('-') {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Unit::*;

    #[test]
    fn values_have_fitting_prefixes() {
        for (unit, value, shown) in [
            (Time, 42.34, "42.3 ns"),
            (Time, 29_310.0, "29.3 µs"),
            (Time, 999_999.0, "1,000 µs"),
            (Time, 1.5e6, "1.5 ms"),
            (Time, 61e9, "61 s"),
            (Rate, 90_123.4, "90,123/s"),
            (Rate, 1_234_567.0, "1,234,567/s"),
            (Bytes, 712.0, "712 B"),
            (Bytes, 1024.0, "1 KiB"),
            (Bytes, 15.5 * 1_048_576.0, "15.5 MiB"),
            (Count, 0.0, "0"),
            (Ratio, 1.034, "1.03×"),
        ] {
            assert_eq!(unit.show(value), shown);
        }
    }
}
