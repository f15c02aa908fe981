//! What a token may do.

use oauth_core::http::{Request, Response};
use oauth_core::{AccessToken, Endpoint, EndpointContext, Error, Scopes, get, json};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{access_token_url, scopes};
use crate::Cobot;

/// `GET https://www.cobot.me/api/access_tokens/:token`: the scopes that a token really has. No scope needed. Source:
/// <https://dev.cobot.me/api-docs/access-tokens>.
///
/// The token reply names no scopes, and a client's new scopes do not widen old tokens, so this is how to learn what a
/// stored or adopted token lacks:
///
/// ```no_run
/// # async fn example(client: cobot::Client, token: cobot::Token) -> Result<(), cobot::Error> {
/// use cobot::{Scopes, api, scope};
///
/// let wanted = Scopes::from([scope::READ_USER, scope::READ_BOOKINGS]);
/// let granted = client.send(&token, &api::TokenInfo::own()).await?.scopes;
/// let missing = wanted.missing_from(&granted);
/// if !missing.is_empty() {
///     println!("connect again and ask for {missing}");
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
    /// About the token that the call is made with.
    pub fn own() -> Self {
        Self { token: None }
    }

    /// About another token.
    pub fn of(token: impl Into<AccessToken>) -> Self {
        Self { token: Some(token.into()) }
    }
}

/// What a token may do.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenDetails {
    /// Its scopes.
    pub scopes: Scopes,
    /// Whatever else the answer holds.
    pub other: Map<String, Value>,
}

#[derive(Deserialize)]
struct Answer {
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
        let answer: Answer = json(&response)?;
        Ok(TokenDetails { scopes: scopes(&answer.scope), other: answer.other })
    }
}
