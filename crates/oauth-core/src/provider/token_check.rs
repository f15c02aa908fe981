//! A provider's own call that tells if a token is valid.

use std::fmt;

use http::{HeaderValue, StatusCode};
use url::Url;

/// A provider's own call that tells if a token is valid, declared by
/// [`Site::token_check`](crate::Site::token_check).
///
/// It is a `GET` with the token. After a 2xx response the token is valid. Evidence that
/// [`Dialect::token_refused`](crate::Dialect::token_refused) declares, a JSON error with
/// [`unknown_token_status`](Self::unknown_token_status), and a 401 with a JSON message mean that it is not.
/// Any other response decides nothing.
///
/// ```
/// use oauth_core::TokenCheck;
///
/// let check = TokenCheck::get("https://auth.example.com/oauth/validate".parse().unwrap());
/// assert!(format!("{check:?}").contains("auth.example.com"));
/// ```
#[derive(Clone)]
pub struct TokenCheck {
    url: Url,
    pub(crate) accept: Option<HeaderValue>,
    pub(crate) unknown_token: Option<StatusCode>,
}

impl TokenCheck {
    /// Creates the check that sends a `GET` to this URL, which may contain the token.
    pub fn get(url: Url) -> Self {
        Self { url, accept: None, unknown_token: None }
    }

    /// Returns the URL. It may contain the token.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Sets the `Accept` header; without it, `application/json`.
    #[must_use]
    pub fn accept(mut self, value: HeaderValue) -> Self {
        self.accept = Some(value);
        self
    }

    /// Sets a further status that says that the token is unknown.
    #[must_use]
    pub fn unknown_token_status(mut self, status: StatusCode) -> Self {
        self.unknown_token = Some(status);
        self
    }
}

impl fmt::Debug for TokenCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCheck")
            .field("host", &self.url.host_str())
            .field("accept", &self.accept)
            .field("unknown_token", &self.unknown_token)
            .finish()
    }
}
