//! One page of a list.

use std::fmt;

use oauth_core::http::Response;
use oauth_core::serde_json::{Map, Value};
use oauth_core::{Error, ErrorKind, json, read_elements};
use serde::de::DeserializeOwned;

/// One page of a list. Request the next page until one has no items.
///
/// No guide shows the response of a list or says which page is the last. Accepted are a bare array, as the
/// insurance guide shows for quotes, and an object with one array in it, as the API wraps request bodies.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// Items of this page.
    pub items: Vec<T>,
    /// Elements that cannot be read as an item. A page that has only these is not the last one.
    pub unread: Vec<Value>,
    /// Further fields, if the response is an object.
    pub other: Map<String, Value>,
}

/// Without values that may be personal: names of further fields, and the number of unreadable elements.
impl<T: fmt::Debug> fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("items", &self.items)
            .field("unread", &self.unread.len())
            .field("other", &self.other.keys().collect::<Vec<_>>())
            .finish()
    }
}

impl<T: DeserializeOwned> Page<T> {
    pub(crate) fn parse(response: &Response<Vec<u8>>) -> Result<Self, Error> {
        let fields = match json::<Value>(response)? {
            Value::Array(elements) => return Ok(Self::of(elements, Map::new())),
            Value::Object(fields) => fields,
            _ => return Err(Error::new(ErrorKind::InvalidResponse, "the response is not a list")),
        };
        let (lists, other): (Map<_, _>, Map<_, _>) =
            fields.into_iter().partition(|(_, value)| value.is_array());
        let mut lists = lists.into_iter();
        match (lists.next(), lists.next()) {
            (Some((_, Value::Array(elements))), None) => Ok(Self::of(elements, other)),
            _ => Err(Error::new(
                ErrorKind::InvalidResponse,
                "the response is an object without exactly one list",
            )),
        }
    }

    /// Parses a list that a guide shows as a bare array.
    pub(crate) fn parse_array(response: &Response<Vec<u8>>) -> Result<Self, Error> {
        match json(response)? {
            Value::Array(elements) => Ok(Self::of(elements, Map::new())),
            _ => Err(Error::new(ErrorKind::InvalidResponse, "the response is not a list")),
        }
    }

    fn of(elements: Vec<Value>, other: Map<String, Value>) -> Self {
        let (items, unread) = read_elements(elements);
        Self { items, unread, other }
    }
}
