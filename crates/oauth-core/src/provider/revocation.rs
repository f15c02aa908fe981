//! A provider's call that revokes a token.

use std::fmt;

use http::Method;
use url::Url;

/// A provider's call that revokes a token, declared by [`Site::revocation`](crate::Site::revocation). A 2xx
/// response means success; with RFC 7009, unless its body has an `error`.
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
    form: RevocationForm,
}

/// The form of a revocation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationForm {
    /// An API call without a body, with the access token in its header.
    ApiCall(Method),
    /// RFC 7009: a form with the refresh token, or else the access token, and the client's credentials. The
    /// server should then invalidate the tokens of the same grant too.
    Rfc7009,
}

impl Revocation {
    /// Creates the API call that sends a `DELETE` to this URL, which may contain the token.
    pub fn delete(url: Url) -> Self {
        Self { url, form: RevocationForm::ApiCall(Method::DELETE) }
    }

    /// Creates the API call that sends a `POST` to this URL, which may contain the token.
    pub fn post(url: Url) -> Self {
        Self { url, form: RevocationForm::ApiCall(Method::POST) }
    }

    /// Creates the call to the revocation endpoint of RFC 7009.
    pub fn rfc7009(url: Url) -> Self {
        Self { url, form: RevocationForm::Rfc7009 }
    }

    /// Its form.
    pub fn form(&self) -> &RevocationForm {
        &self.form
    }

    /// Returns the URL. It may contain the token.
    pub fn url(&self) -> &Url {
        &self.url
    }
}

impl fmt::Debug for Revocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Revocation");
        debug.field("host", &self.url.host_str()).field("form", &self.form).finish()
    }
}
