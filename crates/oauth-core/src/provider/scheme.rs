//! Header schemes: the place of an access token in a request.

use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};

use crate::error::Error;
use crate::util::secret::AccessToken;

/// The header that carries a provider's access token.
pub trait Scheme: Send + Sync + 'static {
    /// Returns the header, marked sensitive.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if a header cannot hold the token.
    fn header(token: &AccessToken) -> Result<(HeaderName, HeaderValue), Error>;

    /// Checks that a [`header`](Self::header) can hold this token. A scheme that accepts all printable ASCII
    /// can override it with a cheaper check.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if a header cannot hold the token.
    fn check(token: &AccessToken) -> Result<(), Error> {
        Self::header(token).map(drop)
    }
}

/// `Authorization: Bearer …` (RFC 6750 section 2.1).
///
/// ```
/// use oauth_core::{AccessToken, Bearer, Scheme};
///
/// let (name, value) = Bearer::header(&AccessToken::new("abc")).unwrap();
/// assert_eq!((name.as_str(), value.to_str().unwrap()), ("authorization", "Bearer abc"));
/// assert!(value.is_sensitive());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Bearer;

impl Scheme for Bearer {
    fn header(token: &AccessToken) -> Result<(HeaderName, HeaderValue), Error> {
        sensitive(&["Bearer ", token.expose()])
    }

    fn check(token: &AccessToken) -> Result<(), Error> {
        if is_printable(token.expose()) { Ok(()) } else { Err(unwritable()) }
    }
}

/// Returns an `Authorization` header of these parts, marked sensitive. For custom schemes.
///
/// # Errors
/// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if a part holds anything but printable ASCII.
pub fn sensitive(parts: &[&str]) -> Result<(HeaderName, HeaderValue), Error> {
    let text = parts.concat();
    if !is_printable(&text) {
        return Err(unwritable());
    }
    let mut value = HeaderValue::from_str(&text).map_err(|_| unwritable())?;
    value.set_sensitive(true);
    Ok((AUTHORIZATION, value))
}

fn is_printable(text: &str) -> bool {
    text.is_ascii() && !crate::util::redact::has_control(text)
}

fn unwritable() -> Error {
    Error::invalid_input("the access token holds characters that a header cannot hold")
}
