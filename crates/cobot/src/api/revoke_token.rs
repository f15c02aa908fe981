//! Token revocation.

use oauth_core::http::{Method, Request, Response};
use oauth_core::{AccessToken, Endpoint, EndpointContext, Error, request};

use super::access_tokens::access_token_url;
use crate::provider::Cobot;

/// `DELETE https://www.cobot.me/api/access_tokens/:token`: revokes a token. The response is an empty 204. No
/// scope needed. Source: <https://dev.cobot.me/api-docs/access-tokens>.
///
/// Cobot's tokens do not expire, so revoke a token that is no longer needed:
///
/// ```no_run
/// # async fn example(client: cobot::Client, token: cobot::Token) -> Result<(), cobot::Error> {
/// client.send(&token, &cobot::api::RevokeToken::own()).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RevokeToken {
    token: Option<AccessToken>,
}

impl RevokeToken {
    /// Revokes the token of the call.
    pub fn own() -> Self {
        Self { token: None }
    }

    /// Revokes another token.
    pub fn of(token: impl Into<AccessToken>) -> Self {
        Self { token: Some(token.into()) }
    }
}

impl Endpoint<Cobot> for RevokeToken {
    type Response = ();
    const NAME: &'static str = "DELETE /api/access_tokens/:token";

    fn request(&self, at: &EndpointContext<'_, Cobot>) -> Result<Request<Vec<u8>>, Error> {
        let token = self.token.as_ref().unwrap_or(at.token().access_token());
        request(Method::DELETE, &access_token_url(at, token)?, Vec::new())
    }

    fn secrets(&self) -> Vec<&str> {
        self.token.iter().map(AccessToken::expose).collect()
    }

    fn parse(&self, _: &EndpointContext<'_, Cobot>, _: Response<Vec<u8>>) -> Result<(), Error> {
        Ok(())
    }
}
