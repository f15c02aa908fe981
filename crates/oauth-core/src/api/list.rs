//! `List`: a JSON array, and `Milliseconds`.

use std::fmt;
use std::ops::Deref;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::api::response::read_elements;

/// A JSON array. Elements that cannot be read are kept apart. Dereferences to the readable ones.
///
/// ```
/// let list: oauth_core::List<u8> = oauth_core::serde_json::from_str("[1, {}, 3]")?;
/// assert_eq!((list.as_slice(), list.unread.len()), ([1, 3].as_slice(), 1));
/// # Ok::<(), oauth_core::serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct List<T> {
    /// Readable elements.
    pub items: Vec<T>,
    /// Elements that cannot be read.
    pub unread: Vec<Value>,
}

impl<T> Deref for List<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.items
    }
}

impl<T> IntoIterator for List<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Unreadable values may be confidential.
        f.debug_struct("List").field("items", &self.items).field("unread", &self.unread.len()).finish()
    }
}

impl<T: Serialize> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let items = self.items.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>();
        let items = items.map_err(serde::ser::Error::custom)?;
        serializer.collect_seq(items.iter().chain(&self.unread))
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (items, unread) = read_elements(Vec::deserialize(deserializer)?);
        Ok(Self { items, unread })
    }
}

/// A time that a provider writes in milliseconds since 1970. Dereferences to the time.
///
/// ```
/// let time: oauth_core::Milliseconds = oauth_core::serde_json::from_str("1500")?;
/// assert_eq!(time.to_rfc3339(), "1970-01-01T00:00:01.500+00:00");
/// # Ok::<(), oauth_core::serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Milliseconds(pub DateTime<Utc>);

impl Deref for Milliseconds {
    type Target = DateTime<Utc>;

    fn deref(&self) -> &DateTime<Utc> {
        &self.0
    }
}

impl From<DateTime<Utc>> for Milliseconds {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time)
    }
}

impl Serialize for Milliseconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0.timestamp_millis())
    }
}

impl<'de> Deserialize<'de> for Milliseconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let time = DateTime::from_timestamp_millis(i64::deserialize(deserializer)?);
        time.map(Self).ok_or_else(|| serde::de::Error::custom("not a time"))
    }
}
