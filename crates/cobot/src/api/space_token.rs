//! Tokens that belong to a space.

use std::fmt;

use oauth_core::http::{Method, Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, Token, join, json, json_request};
use serde::{Deserialize, Serialize};

use super::access_tokens::{access_token_url, parse_scopes};
use crate::provider::Cobot;

/// `POST https://www.cobot.me/api/access_tokens/:token/space`: exchanges the call's token for a token of a
/// space. No scope needed. Source: <https://dev.cobot.me/api-docs/access-tokens>.
///
/// For apps that need long-term access to a space: a user's token loses access when the user stops being an
/// admin. A space's token then passes to the owner of the space. It has the same scopes as the original
/// token.
///
/// ```no_run
/// # async fn example(client: cobot::Client, token: cobot::Token) -> Result<(), cobot::Error> {
/// let space_token = client.send(&token, &cobot::api::SpaceToken::of("space-co-up")).await?;
/// assert_eq!(space_token.origin(), cobot::TokenOrigin::Derived);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SpaceToken {
    space_id: String,
}

impl SpaceToken {
    /// A token of the space with this [`id`](super::SpaceDetails::id), which is not the subdomain.
    pub fn of(space_id: impl Into<String>) -> Self {
        Self { space_id: space_id.into() }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    space_id: &'a str,
}

// The field is called `token`, not `access_token`, and the scopes are a list.
#[derive(Deserialize)]
struct ResponseBody {
    token: String,
    scope: Option<Vec<String>>,
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseBody").field("scope", &self.scope).finish_non_exhaustive()
    }
}

impl Endpoint<Cobot> for SpaceToken {
    type Response = Token<Cobot>;
    const NAME: &'static str = "POST /api/access_tokens/:token/space";

    fn request(&self, at: &EndpointContext<'_, Cobot>) -> Result<Request<Vec<u8>>, Error> {
        let url = join(&access_token_url(at, at.token().access_token())?, &["space"])?;
        json_request(Method::POST, &url, &Body { space_id: &self.space_id })
    }

    fn parse(
        &self,
        at: &EndpointContext<'_, Cobot>,
        response: Response<Vec<u8>>,
    ) -> Result<Token<Cobot>, Error> {
        let body: ResponseBody = json(&response)?;
        // According to the document, the scopes are those of the original token.
        at.derived(body.token, body.scope.map(|names| parse_scopes(&names)))
    }
}
