//! Amounts of money.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// JSON numbers are mostly read as 64-bit floats; 15 digits survive that.
const MOST_DIGITS: usize = 15;

/// An amount of money in whole units of its currency, as an exact decimal: `5500.99` is 5500 dollars and 99
/// cents.
///
/// Sent as a JSON number; parsed from a number or a string.
///
/// ```
/// use oauth_core::Amount;
///
/// # fn main() -> Result<(), oauth_core::Error> {
/// let amount: Amount = "500.50".parse()?;
/// assert_eq!(amount.to_string(), "500.5");
/// assert_eq!(amount, "500.5".parse()?);
/// assert_eq!(Amount::from(55).to_string(), "55");
/// assert!("5,500".parse::<Amount>().is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Amount(String);

impl FromStr for Amount {
    type Err = Error;

    /// Parses an optional minus and digits with at most one point, at most 15 digits in all.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) for any other text.
    fn from_str(text: &str) -> Result<Self, Error> {
        canonical(text).map(Self).ok_or_else(|| {
            Error::invalid_input("the amount cannot be parsed")
                .with_help("write it like 500.05, with at most 15 digits")
        })
    }
}

/// Removes leading zeros, and trailing zeros after the point.
fn canonical(text: &str) -> Option<String> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(part) {
        return None;
    }
    let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
    if whole.len() + part.len() > MOST_DIGITS {
        return None;
    }
    Some(match (whole, part) {
        ("", "") => "0".to_owned(),
        (whole, "") => format!("{sign}{whole}"),
        ("", part) => format!("{sign}0.{part}"),
        (whole, part) => format!("{sign}{whole}.{part}"),
    })
}

impl From<u32> for Amount {
    fn from(whole: u32) -> Self {
        Self(whole.to_string())
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amount({})", self.0)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Ok(whole) = self.0.parse::<i64>() {
            return serializer.serialize_i64(whole);
        }
        // Exact: with so few digits, the shortest decimal of this float is the original one.
        serializer.serialize_f64(self.0.parse().map_err(serde::ser::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match Value::deserialize(deserializer)? {
            Value::String(text) => canonical(text.trim()),
            // The second attempt is for numbers with an exponent; a float's `Display` never has one.
            Value::Number(number) => canonical(&number.to_string())
                .or_else(|| number.as_f64().and_then(|float| canonical(&float.to_string()))),
            _ => None,
        };
        text.map(Self).ok_or_else(|| serde::de::Error::custom("not an amount"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{from_str, to_string};

    use super::*;

    proptest! {
        #[test]
        fn amount_round_trips_through_json(whole in 0_u64..10_000_000_000, cents in 0_u8..100, minus: bool) {
            let text = format!("{}{whole}.{cents:02}", if minus { "-" } else { "" });
            let amount: Amount = text.parse().unwrap();
            let json = to_string(&amount).unwrap();
            prop_assert_eq!(&json, &amount.to_string());
            prop_assert_eq!(&from_str::<Amount>(&json).unwrap(), &amount);
            prop_assert_eq!(&from_str::<Amount>(&format!("\"{text}\"")).unwrap(), &amount);
        }

        #[test]
        fn tiny_amount_round_trips_through_json(digits in 1_u64..1_000_000, zeros in 0_usize..9) {
            let amount: Amount = format!("0.{}{digits}", "0".repeat(zeros)).parse().unwrap();
            prop_assert_eq!(&from_str::<Amount>(&to_string(&amount).unwrap()).unwrap(), &amount);
        }

        #[test]
        fn parsing_never_panics(text in any::<String>()) {
            if let Ok(amount) = text.parse::<Amount>() {
                prop_assert_eq!(amount.to_string().parse::<Amount>().unwrap(), amount);
            }
        }
    }

    #[test]
    fn rejects_malformed_amounts() {
        for bad in
            ["", "-", ".", "1.", ".5", "1.2.3", "1,5", "+1", "1e3", " 1", "NaN", "inf", "12345678901234.56"]
        {
            assert!(bad.parse::<Amount>().is_err(), "{bad}");
        }
        for bad in ["null", "true", "[]", "{}", "\"\"", "\"AUD 5\"", "1e300"] {
            assert!(from_str::<Amount>(bad).is_err(), "{bad}");
        }
        for (zero, json) in [("-0.00", "0"), ("000", "0"), ("007.10", "7.1"), ("-5", "-5")] {
            assert_eq!(to_string(&zero.parse::<Amount>().unwrap()).unwrap(), json);
        }
    }
}
