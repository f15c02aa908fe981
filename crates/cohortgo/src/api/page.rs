//! One page of a list.

use oauth_core::http::Response;
use oauth_core::serde_json::{self, Map, Value};
use oauth_core::{Error, ErrorKind, json};
use serde::de::DeserializeOwned;

/// One page of a list. Request the next page until one has no items.
///
/// No guide shows the response of a list or says which page is the last. Accepted are a bare array, as the
/// insurance guide shows for quotes, and an object with one array in it, as the API wraps request bodies.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// Items of this page.
    pub items: Vec<T>,
    /// Further fields, if the response is an object.
    pub other: Map<String, Value>,
}

impl<T: DeserializeOwned> Page<T> {
    pub(crate) fn parse(response: &Response<Vec<u8>>) -> Result<Self, Error> {
        let mut other = match json::<Value>(response)? {
            Value::Array(_) => return Ok(Self { items: json(response)?, other: Map::new() }),
            Value::Object(fields) => fields,
            _ => return Err(Error::new(ErrorKind::InvalidResponse, "the response is not a list")),
        };
        let lists: Vec<String> =
            other.iter().filter(|(_, value)| value.is_array()).map(|(name, _)| name.clone()).collect();
        let [name] = lists.as_slice() else {
            return Err(Error::new(
                ErrorKind::InvalidResponse,
                "the response is an object without exactly one list",
            ));
        };
        let list = other.remove(name).map(|list| list.to_string().into_bytes()).unwrap_or_default();
        Ok(Self { items: json(&Response::new(list))?, other })
    }
}

/// Parses a list that a guide shows as a bare array.
pub(crate) fn parse_array<T: DeserializeOwned>(response: &Response<Vec<u8>>) -> Result<Vec<T>, Error> {
    if !json::<serde_json::Value>(response)?.is_array() {
        return Err(Error::new(ErrorKind::InvalidResponse, "the response is not a list"));
    }
    json(response)
}
