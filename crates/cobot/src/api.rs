//! Typed endpoints of API 1, one file each, and two ways of sending the token as a parameter.
//!
//! Sent with [`Client::send`](oauth_core::Client::send) or [`AuthorizedClient::send`](oauth_core::AuthorizedClient::send). Only fields
//! that Cobot's documents name are typed; what else an answer holds is kept in `other`.
//!
//! An endpoint that is missing here is a few lines of one's own, at the `www` host or at a space:
//!
//! ```
//! use cobot::{EndpointContext, Cobot, Endpoint, Error, Subdomain, get, http, join};
//!
//! /// `GET https://<subdomain>.cobot.me/api/memberships`, scope `read_memberships`
//! /// (<https://dev.cobot.me/api-docs/memberships>).
//! struct Memberships(Subdomain);
//!
//! impl Endpoint<Cobot> for Memberships {
//!     type Response = Vec<serde_json::Value>;
//!     const NAME: &'static str = "GET /api/memberships";
//!
//!     fn request(&self, at: &EndpointContext<'_, Cobot>) -> Result<http::Request<Vec<u8>>, Error> {
//!         get(&join(&at.site().space_api_url(&self.0)?, &["memberships"])?)
//!     }
//!
//!     fn parse(&self, _: &EndpointContext<'_, Cobot>, response: http::Response<Vec<u8>>) -> Result<Self::Response, Error> {
//!         cobot::json(&response)
//!     }
//! }
//! ```
//!
//! Failures of API 1 and what they become ([`ErrorKind`](oauth_core::ErrorKind)): 401 `TokenRefused` (connect again),
//! 403 `Forbidden` (also when a person's rights as an admin were cut), 422 `ApiRefused` with Cobot's words in
//! [`Error::message`](oauth_core::Error::message), 429 `RateLimited` with
//! [`Error::retry_after`](oauth_core::Error::retry_after). Cobot allows 60 requests a minute and user, some endpoints fewer
//! (<https://dev.cobot.me/api-docs>).

mod as_parameter;
mod create_user;
mod revoke_token;
mod space;
mod space_token;
mod token_info;
mod user;

pub use as_parameter::{TokenInForm, TokenInQuery};
pub use create_user::{CreateUser, CreatedUser};
pub use revoke_token::RevokeToken;
pub use space::{Space, SpaceDetails};
pub use space_token::SpaceToken;
pub use token_info::{TokenDetails, TokenInfo};
pub use user::{AdminOf, Membership, User, UserDetails};

use oauth_core::url::Url;
use oauth_core::{AccessToken, EndpointContext, Error, Scopes, join};

use crate::Cobot;

/// `…/api/access_tokens/:token`, with the token as a path segment: the reason why no error shows a path.
fn access_token_url(at: &EndpointContext<'_, Cobot>, token: &AccessToken) -> Result<Url, Error> {
    join(at.site().api_url(), &["access_tokens", token.expose()])
}

/// A scope that the RFC does not allow is left out: it must not cost the caller the answer it stands in.
fn scopes(names: &[String]) -> Scopes {
    names.iter().filter_map(|name| name.parse().ok()).collect()
}
