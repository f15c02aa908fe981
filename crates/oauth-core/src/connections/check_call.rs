//! The call of a provider's own token check, and the meaning of its errors.

use http::header::ACCEPT;
use http::{Request, Response};

use crate::api::endpoint::{Endpoint, EndpointContext, get};
use crate::client::client::Client;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::provider::site::Site as _;
use crate::provider::token_check::TokenCheck;
use crate::token::token::Token;

/// The endpoint of a check.
struct CheckCall(TokenCheck);

impl<P: Provider> Endpoint<P> for CheckCall {
    type Response = ();
    const NAME: &'static str = "checking the token";

    fn request(&self, _: &EndpointContext<'_, P>) -> Result<Request<Vec<u8>>, Error> {
        let mut request = get(self.0.url())?;
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
            Some(check) => self.send_even_expired(token, &CheckCall(check), None, Endpoint::parse).await,
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
