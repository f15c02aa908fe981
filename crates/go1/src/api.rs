//! Typed endpoints, one file each. Send them with [`Client::send`](crate::Client::send).
//!
//! | endpoint | call | host |
//! |---|---|---|
//! | [`Me`] | `GET /me` | API version 2 |
//! | [`Account`] | `GET /account` | API version 2 |
//! | [`LearningObjects`] | `GET /learning-objects` | gateway |
//! | [`Validate`] | `GET /oauth/validate` | authorization host |
//!
//! Fields that a document names are typed; the rest of a response is in `other`. Fields that may be missing
//! are `Option`. Go1 publishes no schema of version 2, so almost all fields there are. `Debug` of a response
//! shows the names in `other`, but not the values.
//!
//! Pages of the gateway have at most 50 learning objects or enrollments, and 100 portals or alternatives. A
//! token that lacks a scope is [`ErrorKind::Forbidden`](crate::ErrorKind::Forbidden): Go1 responds with 401
//! `{"message":"Missing scopes"}`. The response of `POST /portals` holds a token pair of the new portal
//! (`user_account.oauth_token`). Read on 2026-11-29.
//!
//! For any other call there is [`RawRequest`](crate::RawRequest), or a custom [`Endpoint`](crate::Endpoint):
//!
//! ```
//! use go1::{EndpointContext, Endpoint, Error, Go1, http, oauth_core, serde_json};
//!
//! /// `GET /enrollments/{id}` on the gateway.
//! struct Enrollment(String);
//!
//! impl Endpoint<Go1> for Enrollment {
//!     type Response = serde_json::Value;
//!     const NAME: &'static str = "GET /enrollments/:id";
//!
//!     fn request(&self, at: &EndpointContext<'_, Go1>) -> Result<http::Request<Vec<u8>>, Error> {
//!         let url = oauth_core::join(at.site().gateway_url(), &["enrollments", &self.0])?;
//!         let mut request = oauth_core::get(&url)?;
//!         request.headers_mut().insert("api-version", at.site().api_version().clone());
//!         Ok(request)
//!     }
//!
//!     fn parse(
//!         &self,
//!         _: &EndpointContext<'_, Go1>,
//!         response: http::Response<Vec<u8>>,
//!     ) -> Result<serde_json::Value, Error> {
//!         oauth_core::json(&response)
//!     }
//! }
//! ```

mod account;
mod base;
mod learning_object;
mod learning_objects;
mod me;
mod validate;

pub use account::{Account, Plan, Portal};
pub use learning_object::{Core, Image, LearningObject};
pub use learning_objects::{LearningObjectPage, LearningObjects};
pub use me::{Me, Profile};
pub use validate::Validate;
