//! Typed endpoints of API 1, one file each, and two ways to send the token as a parameter.
//!
//! Send them with [`Client::send`](oauth_core::Client::send) or
//! [`AuthorizedClient::send`](oauth_core::AuthorizedClient::send). Fields that Cobot's documents name are
//! typed; the rest of a response is kept in `other`.
//!
//! A custom endpoint needs a few lines, at the `www` host or at a space:
//!
//! ```
//! use cobot::{Cobot, Endpoint, EndpointContext, Error, Subdomain, get, http, join};
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
//!     fn parse(
//!         &self,
//!         _: &EndpointContext<'_, Cobot>,
//!         response: http::Response<Vec<u8>>,
//!     ) -> Result<Self::Response, Error> {
//!         cobot::json(&response)
//!     }
//! }
//! ```
//!
//! API 1 errors and their [`ErrorKind`](oauth_core::ErrorKind):
//!
//! | status | kind |
//! | --- | --- |
//! | 401 with evidence of an invalid token | `TokenRefused`: the user has to connect again |
//! | any other 401 | `Unauthorized`: a gateway may have sent it; try again later |
//! | 403 | `Forbidden`, also after the user lost rights as an admin |
//! | 422 | `ApiRefused`, with Cobot's text in [`Error::message`](oauth_core::Error::message) |
//! | 429 | `RateLimited`, with [`Error::retry_after`](oauth_core::Error::retry_after) |
//!
//! Cobot allows 60 requests per minute and user, for some endpoints fewer (<https://dev.cobot.me/api-docs>).

mod access_tokens;
mod base;
mod create_user;
mod revoke_token;
mod space;
mod space_token;
mod token_info;
mod token_parameter;
mod user;

pub use create_user::{CreateUser, CreatedUser};
pub use revoke_token::RevokeToken;
pub use space::{Space, SpaceDetails};
pub use space_token::SpaceToken;
pub use token_info::{TokenDetails, TokenInfo};
pub use token_parameter::{TokenInForm, TokenInQuery};
pub use user::{AdminOf, Membership, User, UserDetails};
