//! Times and dates as API 1 writes them.

use std::ops::Deref;

use oauth_core::chrono::{DateTime, NaiveDate, Utc};
use oauth_core::{IntoArgument, QueryValue};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A time, which API 1 writes as `2012/01/01 12:00:00 +0000`. Dereferences to the time.
///
/// ```
/// use cobot::api::SlashedTime;
///
/// let time: SlashedTime = cobot::serde_json::from_str(r#""2012/01/01 14:00:00 +0200""#)?;
/// assert_eq!(time.to_rfc3339(), "2012-01-01T12:00:00+00:00");
/// # Ok::<(), cobot::serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlashedTime(pub DateTime<Utc>);

/// A date, which API 1 writes as `2012/01/01`. Dereferences to the date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlashedDate(pub NaiveDate);

/// In parameters, the documents have hyphens.
impl QueryValue for SlashedTime {
    fn write(&self, add: &mut dyn FnMut(&str)) {
        add(&self.0.format("%Y-%m-%d %H:%M:%S +0000").to_string());
    }
}

impl Serialize for SlashedTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.format("%Y/%m/%d %H:%M:%S +0000"))
    }
}

impl<'de> Deserialize<'de> for SlashedTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // Some responses are ISO 8601, as Cobot's Zapier app records.
        DateTime::parse_from_str(&text, "%Y/%m/%d %H:%M:%S %z")
            .or_else(|_| DateTime::parse_from_rfc3339(&text))
            .map(|time| Self(time.to_utc()))
            .map_err(|_| serde::de::Error::custom("not a time"))
    }
}

impl Serialize for SlashedDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.format("%Y/%m/%d"))
    }
}

impl<'de> Deserialize<'de> for SlashedDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?.replace('-', "/");
        let date = NaiveDate::parse_from_str(&text, "%Y/%m/%d");
        date.map(Self).map_err(|_| serde::de::Error::custom("not a date"))
    }
}

macro_rules! wrappers {
    ($($wrapper:ident of $inner:ty;)*) => {$(
        impl Deref for $wrapper {
            type Target = $inner;

            fn deref(&self) -> &$inner {
                &self.0
            }
        }

        impl From<$inner> for $wrapper {
            fn from(inner: $inner) -> Self {
                Self(inner)
            }
        }

        impl IntoArgument<$wrapper> for $inner {
            fn into_argument(self) -> $wrapper {
                $wrapper(self)
            }
        }
    )*};
}

wrappers! {
    SlashedTime of DateTime<Utc>;
    SlashedDate of NaiveDate;
}
