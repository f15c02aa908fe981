//! A token that belongs to a space.

use std::fmt;

use oauth_core::http::{Method, Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, join, json, json_request};
use serde::{Deserialize, Serialize};

use super::{access_token_url, scopes};
use crate::{Cobot, Token};

/// `POST https://www.cobot.me/api/access_tokens/:token/space`: a token for a space instead of a person, made from the one
/// it is asked with. No scope needed. Source: <https://dev.cobot.me/api-docs/access-tokens>.
///
/// For apps that need a space for long: a person's token loses its access when the person stops being an admin there. A
/// space's token is then handed on to the owner of the space. It has the same scopes as the one it was made from.
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
    /// A token of the space with this [`id`](super::SpaceDetails::id); not its subdomain.
    pub fn of(space_id: impl Into<String>) -> Self {
        Self { space_id: space_id.into() }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    space_id: &'a str,
}

/// Its field is `token`, where a token reply has `access_token`, and its scopes are a list.
#[derive(Deserialize)]
struct Answer {
    token: String,
    scope: Option<Vec<String>>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("scope", &self.scope).finish_non_exhaustive()
    }
}

impl Endpoint<Cobot> for SpaceToken {
    type Response = Token;
    const NAME: &'static str = "POST /api/access_tokens/:token/space";

    fn request(&self, at: &EndpointContext<'_, Cobot>) -> Result<Request<Vec<u8>>, Error> {
        let url = join(&access_token_url(at, at.token().access_token())?, &["space"])?;
        json_request(Method::POST, &url, &Body { space_id: &self.space_id })
    }

    fn parse(&self, at: &EndpointContext<'_, Cobot>, response: Response<Vec<u8>>) -> Result<Token, Error> {
        let answer: Answer = json(&response)?;
        // Without a list the document's sentence holds: the same scopes as the token it was made from.
        let scopes = answer.scope.map_or_else(|| at.token().scopes().clone(), |names| scopes(&names));
        at.derived(answer.token, scopes)
    }
}
