//! Typed calls of both APIs.
//!
//! - [`v2`] has API 2, the current one: all its calls.
//! - This module has API 1, which alone has webhooks, sign-in links, invitations, charges, time passes, the
//!   creation of users and tokens of spaces. Most of its calls are at a space: they take a
//!   [`Subdomain`](crate::Subdomain) first.
//!
//! Send them with [`Client::send`](oauth_core::Client::send) or
//! [`AuthorizedClient::send`](oauth_core::AuthorizedClient::send). Fields that Cobot's documents name are
//! typed; the rest of a response is kept in `other`. Of API 1's documents, those were read that public copies
//! have: see `docs/api/cobot.toml` in the repository.
//!
//! ```no_run
//! # async fn example(client: cobot::Client, token: cobot::Token) -> Result<(), cobot::Error> {
//! use cobot::api::{CreateSubscription, NewSubscription, WebhookEvent};
//! use cobot::Subdomain;
//!
//! let space: Subdomain = "co-up".parse()?;
//! let new = NewSubscription::new(WebhookEvent::CreatedBooking, "https://app.example/webhooks/cobot");
//! let subscription = client.send(&token, &CreateSubscription::new(space, new)).await?;
//! println!("subscribed: {}", subscription.id);
//! # Ok(())
//! # }
//! ```
//!
//! Any other call takes two lines with [`RawRequest`](oauth_core::RawRequest), or a few with
//! [`endpoint!`](oauth_core::endpoint).
//!
//! Errors and their [`ErrorKind`](oauth_core::ErrorKind):
//!
//! | status | kind |
//! | --- | --- |
//! | 401 with evidence of an invalid token | `TokenRefused`: the user has to connect again |
//! | any other 401 | `Unauthorized`: a gateway may have sent it; try again later |
//! | 403 | `Forbidden`, also after the user lost rights as an admin |
//! | 400, 402, 404, 409, 422 | `ApiRefused`, with Cobot's text in [`Error::message`](oauth_core::Error::message) |
//! | 429 | `RateLimited`, with [`Error::retry_after`](oauth_core::Error::retry_after) |
//!
//! Cobot allows 60 requests per minute and user, for some calls fewer (<https://dev.cobot.me/api-docs>).

mod access_tokens;
mod apps;
mod base;
mod bookings;
mod create_user;
mod invoices;
mod memberships;
mod plans;
mod revoke_token;
mod space;
mod space_token;
mod times;
mod token_info;
mod token_parameter;
mod user;
pub mod v2;
mod webhooks;

pub use apps::*;
pub use bookings::*;
pub use create_user::{CreateUser, CreatedUser};
pub use invoices::*;
pub use memberships::*;
pub use plans::*;
pub use revoke_token::RevokeToken;
pub use space::{Space, SpaceDetails};
pub use space_token::SpaceToken;
pub use times::{SlashedDate, SlashedTime};
pub use token_info::{TokenDetails, TokenInfo};
pub use token_parameter::{TokenInForm, TokenInQuery};
pub use user::{AdminOf, User, UserDetails, UserMembership};
pub use webhooks::*;
