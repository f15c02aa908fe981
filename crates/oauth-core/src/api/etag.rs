//! `ETag`: the version of a resource, for conditional changes.

use std::ops::Deref;

use http::{HeaderValue, Response, header};
use serde::de::DeserializeOwned;

use crate::api::endpoint::json_at;
use crate::error::Error;

/// An entity tag (RFC 9110 section 8.8.3): the version of a resource. A change with it fails with
/// [`ErrorKind::PreconditionFailed`](crate::ErrorKind::PreconditionFailed) if the resource was changed since.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ETag(HeaderValue);

impl ETag {
    /// Parses an entity tag, with its quotes: `"a1b2"`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if a header cannot hold it.
    pub fn new(tag: impl AsRef<str>) -> Result<Self, Error> {
        let value = HeaderValue::from_str(tag.as_ref());
        value.map(Self).map_err(|_| Error::invalid_input("a header cannot hold the entity tag"))
    }

    pub(crate) fn to_header(&self) -> HeaderValue {
        self.0.clone()
    }
}

/// A resource and its entity tag. Dereferences to the resource.
///
/// ```
/// use oauth_core::{WithETag, http};
///
/// let response = http::Response::builder().header("etag", r#""1""#).body(b"[5]".to_vec()).unwrap();
/// let numbers: WithETag<Vec<u32>> = WithETag::parse(&response)?;
/// assert_eq!((numbers.len(), numbers.etag.is_some()), (1, true));
/// # Ok::<(), oauth_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WithETag<T> {
    /// The resource.
    pub value: T,
    /// Its entity tag; `None` if the response has none.
    pub etag: Option<ETag>,
}

impl<T: DeserializeOwned> WithETag<T> {
    /// Parses a JSON response with its `ETag` header.
    ///
    /// # Errors
    /// As [`json`](crate::json).
    pub fn parse(response: &Response<Vec<u8>>) -> Result<Self, Error> {
        Self::parse_at(response, "")
    }

    /// Parses the part of a JSON response at a JSON pointer, with the `ETag` header.
    ///
    /// # Errors
    /// As [`json_at`](crate::json_at).
    pub fn parse_at(response: &Response<Vec<u8>>, pointer: &str) -> Result<Self, Error> {
        let etag = response.headers().get(header::ETAG).cloned().map(ETag);
        Ok(Self { value: json_at(response, pointer)?, etag })
    }
}

impl<T> Deref for WithETag<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
