//! One page of a list.

use oauth_core::http::Response;
use oauth_core::serde_json::{self, Map, Value};
use oauth_core::{Error, ErrorKind, json};
use serde::de::DeserializeOwned;

/// One page of a list. Ask for the next page until one has no items.
///
/// No guide shows a list's answer, or says how the last page is known. A bare array is read (as the guide on insurance
/// shows for quotes), and so is an object with one array in it (as the API wraps what is sent).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// What else the answer held, if it was an object.
    pub other: Map<String, Value>,
}

impl<T: DeserializeOwned> Page<T> {
    pub(crate) fn read(response: &Response<Vec<u8>>) -> Result<Self, Error> {
        let mut other = match json::<Value>(response)? {
            Value::Array(_) => return Ok(Self { items: json(response)?, other: Map::new() }),
            Value::Object(fields) => fields,
            _ => return Err(Error::new(ErrorKind::InvalidResponse, "the answer is not a list")),
        };
        let lists: Vec<String> =
            other.iter().filter(|(_, value)| value.is_array()).map(|(name, _)| name.clone()).collect();
        let [name] = lists.as_slice() else {
            return Err(Error::new(
                ErrorKind::InvalidResponse,
                "the answer is an object without one list in it",
            ));
        };
        let list = other.remove(name).map(|list| list.to_string().into_bytes()).unwrap_or_default();
        Ok(Self { items: json(&Response::new(list))?, other })
    }
}

/// Reads a list that a guide shows as a bare array.
pub(crate) fn array<T: DeserializeOwned>(response: &Response<Vec<u8>>) -> Result<Vec<T>, Error> {
    if !json::<serde_json::Value>(response)?.is_array() {
        return Err(Error::new(ErrorKind::InvalidResponse, "the answer is not a list"));
    }
    json(response)
}
