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

/// A provider's own call that tells if a token is valid, declared by [`Site::token_check`](crate::Site::token_check).
///
/// It is a `GET` with the token. A 2xx response says that the token is valid; a 401, or evidence that
/// [`Dialect::token_refused`](crate::Dialect::token_refused) declares, that it is not. Other responses say
/// nothing about the token.
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
    pub fn accept(mut self, value: &'static str) -> Self {
        self.accept = HeaderValue::from_str(value).ok();
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

impl<P: Provider> Endpoint<P> for TokenCheck {
    type Response = ();
    const NAME: &'static str = "checking the token";

    fn request(&self, _: &EndpointContext<'_, P>) -> Result<Request<Vec<u8>>, Error> {
        let mut request = get(&self.url)?;
        if let Some(accept) = &self.accept {
            request.headers_mut().insert(ACCEPT, accept.clone());
        }
        Ok(request)
    }

    fn parse(&self, _: &EndpointContext<'_, P>, _: Response<Vec<u8>>) -> Result<(), Error> {
        Ok(())
    }
}

impl<P: Provider> Client<P> {
    pub(crate) fn has_token_check(&self, token: &Token<P>) -> bool {
        self.inner().site.token_check(token.access_token()).is_some()
    }

    /// Returns false if the provider's own check refuses the token.
    ///
    /// # Errors
    /// Those of the call if its response says nothing about the token, and
    /// [`ErrorKind::InvalidInput`] if the provider has no such call.
    pub(crate) async fn check_token(&self, token: &Token<P>) -> Result<bool, Error> {
        let Some(check) = self.inner().site.token_check(token.access_token()) else {
            return Err(Error::invalid_input("the provider has no check for tokens"));
        };
        match self.send_even_expired(token, &check).await {
            Ok(()) => Ok(true),
            Err(error) if matches!(error.kind(), ErrorKind::TokenRefused | ErrorKind::Unauthorized) => {
                Ok(false)
            }
            Err(error) if error.status().is_some() && error.status() == check.unknown_token => Ok(false),
            Err(error) => Err(error),
        }
    }
}
