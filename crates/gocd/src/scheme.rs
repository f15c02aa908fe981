//! GoCD's header for OAuth tokens.

use oauth_core::http::{HeaderName, HeaderValue};
use oauth_core::{AccessToken, Error, Scheme, sensitive};

/// `Authorization: Token token="…"`.
///
/// The server matches this exactly: capital T, one space, double quotes and nothing after them (GoCD's OAuth
/// page; `OauthAuthenticationFilter.java`).
///
/// ```
/// use oauth_core::{AccessToken, Scheme};
///
/// let (_, value) = gocd::TokenScheme::header(&AccessToken::new("f180f7bb")).unwrap();
/// assert_eq!(value, "Token token=\"f180f7bb\"");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TokenScheme;

impl Scheme for TokenScheme {
    fn header(token: &AccessToken) -> Result<(HeaderName, HeaderValue), Error> {
        if token.expose().contains(['"', '\\']) {
            return Err(Error::invalid_input("a GoCD token cannot contain quotes or backslashes")
                .with_help("GoCD tokens are 64 hexadecimal digits; paste the token again"));
        }
        sensitive(&["Token token=\"", token.expose(), "\""])
    }
}
