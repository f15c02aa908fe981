//! The user of a token.

use oauth_core::http::{Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, get, join, json};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::provider::Cobot;
use crate::subdomain::Subdomain;

/// `GET https://www.cobot.me/api/user`: the user of the token. Scope [`read_user`](crate::scope::READ_USER).
/// Source: <https://dev.cobot.me/api-docs/users>.
///
/// ```no_run
/// # async fn example(client: cobot::Client, token: cobot::Token) -> Result<(), cobot::Error> {
/// let user = client.send(&token, &cobot::api::User).await?;
/// println!("connected: {}", user.id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct User;

/// A user.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct UserDetails {
    /// Stable identifier of the user.
    pub id: String,
    /// E-mail address. The user can change it, so it does not identify the user.
    pub email: Option<String>,
    /// Spaces that the user is a member of.
    #[serde(default)]
    pub memberships: Vec<Membership>,
    /// Spaces that the user is an admin of.
    #[serde(default)]
    pub admin_of: Vec<AdminOf>,
    /// Further fields of the response.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A user's membership in a space.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Membership {
    /// Identifier of the membership.
    pub id: String,
    /// Subdomain of the space.
    pub space_subdomain: String,
    /// Name of the space.
    pub space_name: Option<String>,
    /// API URL of the space.
    pub space_link: Option<String>,
    /// API URL of the membership.
    pub link: Option<String>,
    /// Further fields of the response.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A space that a user is an admin of.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct AdminOf {
    /// Subdomain of the space.
    pub space_subdomain: String,
    /// Name of the space.
    pub space_name: Option<String>,
    /// API URL of the space.
    pub space_link: Option<String>,
    /// The user's name as an admin.
    pub name: Option<String>,
    /// Further fields of the response.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Membership {
    /// Returns the space's subdomain, for further calls.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](oauth_core::ErrorKind::InvalidInput) if it cannot be part of a host name.
    pub fn subdomain(&self) -> Result<Subdomain, Error> {
        self.space_subdomain.parse()
    }
}

impl AdminOf {
    /// Returns the space's subdomain, for further calls.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](oauth_core::ErrorKind::InvalidInput) if it cannot be part of a host name.
    pub fn subdomain(&self) -> Result<Subdomain, Error> {
        self.space_subdomain.parse()
    }
}

impl Endpoint<Cobot> for User {
    type Response = UserDetails;
    const NAME: &'static str = "GET /api/user";

    fn request(&self, at: &EndpointContext<'_, Cobot>) -> Result<Request<Vec<u8>>, Error> {
        get(&join(at.site().api_url(), &["user"])?)
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, Cobot>,
        response: Response<Vec<u8>>,
    ) -> Result<UserDetails, Error> {
        json(&response)
    }
}
