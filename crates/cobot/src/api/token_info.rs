//! The scopes of a token.

use oauth_core::http::{Request, Response};
use oauth_core::{AccessToken, Endpoint, EndpointContext, Error, Scopes, get, json};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::access_tokens::{access_token_url, parse_scopes};
use crate::provider::Cobot;

/// `GET https://www.cobot.me/api/access_tokens/:token`: the scopes that a token really has. No scope needed.
/// Source: <https://dev.cobot.me/api-docs/access-tokens>.
///
/// Token responses name no scopes, and a client's new scopes do not widen old tokens. So this finds the
/// scopes that a stored or imported token lacks:
///
/// ```no_run
/// # async fn example(client: cobot::Client, token: cobot::Token) -> Result<(), cobot::Error> {
/// use cobot::{Scopes, api, scope};
///
/// let wanted = Scopes::from([scope::READ_USER, scope::READ_BOOKINGS]);
/// let granted = client.send(&token, &api::TokenInfo::own()).await?.scopes;
/// let missing = wanted.missing_from(&granted);
/// if !missing.is_empty() {
///     println!("connect again with {missing}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenInfo {
    token: Option<AccessToken>,
}

impl TokenInfo {
    /// Looks up the token of the call.
    pub fn own() -> Self {
        Self { token: None }
    }

    /// Looks up another token.
    pub fn of(token: impl Into<AccessToken>) -> Self {
        Self { token: Some(token.into()) }
    }
}

/// The scopes of a token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenDetails {
    /// Granted scopes.
    pub scopes: Scopes,
    /// Further fields of the response.
    pub other: Map<String, Value>,
}

#[derive(Deserialize)]
struct ResponseBody {
    scope: Vec<String>,
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl Endpoint<Cobot> for TokenInfo {
    type Response = TokenDetails;
    const NAME: &'static str = "GET /api/access_tokens/:token";

    fn request(&self, at: &EndpointContext<'_, Cobot>) -> Result<Request<Vec<u8>>, Error> {
        get(&access_token_url(at, self.token.as_ref().unwrap_or(at.token().access_token()))?)
    }

    fn secrets(&self) -> Vec<&str> {
        self.token.iter().map(AccessToken::expose).collect()
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, Cobot>,
        response: Response<Vec<u8>>,
    ) -> Result<TokenDetails, Error> {
        let body: ResponseBody = json(&response)?;
        Ok(TokenDetails { scopes: parse_scopes(&body.scope), other: body.other })
    }
}
