//! Who connected.

use oauth_core::http::{Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, get, join, json};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{Cobot, Subdomain};

/// `GET https://www.cobot.me/api/user`: the person that the token belongs to. Scope
/// [`read_user`](crate::scope::READ_USER). Source: <https://dev.cobot.me/api-docs/users>.
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

/// A person.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct UserDetails {
    /// The key to know the person by.
    pub id: String,
    /// The e-mail address. The person can change it, so it identifies nobody.
    pub email: Option<String>,
    /// The spaces the person is a member of.
    #[serde(default)]
    pub memberships: Vec<Membership>,
    /// The spaces the person is an admin of.
    #[serde(default)]
    pub admin_of: Vec<AdminOf>,
    /// Whatever else the answer holds.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A person's membership in a space.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Membership {
    /// The membership's id.
    pub id: String,
    /// The space's subdomain.
    pub space_subdomain: String,
    /// The space's name.
    pub space_name: Option<String>,
    /// The space in the API.
    pub space_link: Option<String>,
    /// The membership in the API.
    pub link: Option<String>,
    /// Whatever else the answer holds.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A space that a person is an admin of.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct AdminOf {
    /// The space's subdomain.
    pub space_subdomain: String,
    /// The space's name.
    pub space_name: Option<String>,
    /// The space in the API.
    pub space_link: Option<String>,
    /// The person's name as an admin.
    pub name: Option<String>,
    /// Whatever else the answer holds.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Membership {
    /// The space, to ask for more of it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](oauth_core::ErrorKind::InvalidInput) if no host name may be built from it.
    pub fn subdomain(&self) -> Result<Subdomain, Error> {
        self.space_subdomain.parse()
    }
}

impl AdminOf {
    /// The space, to ask for more of it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](oauth_core::ErrorKind::InvalidInput) if no host name may be built from it.
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
