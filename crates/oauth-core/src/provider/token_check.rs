//! A provider's own call that tells if a token is valid.

use std::fmt;

use http::header::ACCEPT;
use http::{HeaderValue, Request, Response, StatusCode};
use url::Url;

use crate::api::endpoint::{Endpoint, EndpointContext, get};
use crate::client::client::Client;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::provider::site::Site as _;
use crate::token::token::Token;

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
    accept: Option<HeaderValue>,
    unknown_token: Option<StatusCode>,
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

/// The endpoint of a check.
struct CheckCall(TokenCheck);

impl<P: Provider> Endpoint<P> for CheckCall {
    type Response = ();
    const NAME: &'static str = "checking the token";

    fn request(&self, _: &EndpointContext<'_, P>) -> Result<Request<Vec<u8>>, Error> {
        let mut request = get(&self.0.url)?;
        if let Some(accept) = &self.0.accept {
            request.headers_mut().insert(ACCEPT, accept.clone());
        }
        Ok(request)
    }

    fn parse(&self, _: &EndpointContext<'_, P>, _: Response<Vec<u8>>) -> Result<(), Error> {
        Ok(())
    }
}

/// The meaning of a failed check for the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenVerdict {
    Refused,
    /// A 401 without evidence but with a message as APIs send them: the provider's, or a gateway's.
    Doubtful,
    Unknown,
}

impl<P: Provider> Client<P> {
    pub(crate) fn has_token_check(&self, token: &Token<P>) -> bool {
        self.token_check(token).is_some()
    }

    fn token_check(&self, token: &Token<P>) -> Option<TokenCheck> {
        self.inner().site.token_check(token.access_token())
    }

    /// Sends the provider's own check of the token.
    ///
    /// # Errors
    /// Those of the call; [`token_verdict`](Self::token_verdict) tells their meaning.
    /// [`ErrorKind::InvalidInput`] if the provider has no such call.
    pub(crate) async fn check_token(&self, token: &Token<P>) -> Result<(), Error> {
        match self.token_check(token) {
            Some(check) => self.send_even_expired(token, &CheckCall(check)).await,
            None => Err(Error::invalid_input("the provider has no check for tokens")),
        }
    }

    pub(crate) fn token_verdict(&self, token: &Token<P>, error: &Error) -> TokenVerdict {
        let unknown = self.token_check(token).and_then(|check| check.unknown_token);
        // A gateway's page has no message.
        let has_message = error.message().is_some();
        match error.kind() {
            ErrorKind::TokenRefused => TokenVerdict::Refused,
            _ if unknown.is_some() && error.status() == unknown && has_message => TokenVerdict::Refused,
            ErrorKind::Unauthorized if has_message => TokenVerdict::Doubtful,
            _ => TokenVerdict::Unknown,
        }
    }
}
