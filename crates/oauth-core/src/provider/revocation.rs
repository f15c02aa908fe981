//! A provider's call that revokes a token.

use std::fmt;

use url::Url;

/// A provider's call that revokes a token, declared by [`Site::revocation`](crate::Site::revocation). It is
/// made with that token. After a 2xx response the token is invalid.
///
/// ```
/// use oauth_core::Revocation;
///
/// let call = Revocation::delete("https://auth.example.com/tokens/secret".parse().unwrap());
/// assert!(!format!("{call:?}").contains("secret"));
/// ```
#[derive(Clone)]
pub struct Revocation {
    url: Url,
}

impl Revocation {
    /// Creates the call that sends a `DELETE` to this URL, which may contain the token.
    pub fn delete(url: Url) -> Self {
        Self { url }
    }

    /// Returns the URL. It may contain the token.
    pub fn url(&self) -> &Url {
        &self.url
    }
}

impl fmt::Debug for Revocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revocation").field("host", &self.url.host_str()).finish()
    }
}
