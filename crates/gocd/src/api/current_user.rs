//! Who the token speaks for.

use oauth_core::http::{Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, Provider, json};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::Site;

/// `GET /api/current_user` (api.gocd.org, "Current User", version 1).
///
/// ```
/// # async fn example(gocd: gocd::Client, token: gocd::Token) -> Result<(), gocd::Error> {
/// let user = gocd.send(&token, &gocd::api::CurrentUser).await?;
/// println!("{} <{}>", user.display_name, user.email.unwrap_or_default());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CurrentUser;

/// A GoCD user.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// The name the user logs in with.
    pub login_name: String,
    /// The name shown.
    #[serde(default)]
    pub display_name: String,
    /// Whether the user may log in.
    #[serde(default)]
    pub enabled: bool,
    /// Where notifications go.
    #[serde(default)]
    pub email: Option<String>,
    /// Whether notifications are wanted.
    #[serde(default)]
    pub email_me: bool,
    /// Names under which the user commits.
    #[serde(default)]
    pub checkin_aliases: Vec<String>,
    /// Whatever else the reply held.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl<P: Provider<Site = Site>> Endpoint<P> for CurrentUser {
    type Response = User;
    const NAME: &'static str = "GET /api/current_user";

    fn request(&self, at: &EndpointContext<'_, P>) -> Result<Request<Vec<u8>>, Error> {
        super::versioned(at, "current_user", "application/vnd.go.cd.v1+json")
    }

    fn parse(&self, _: &EndpointContext<'_, P>, response: Response<Vec<u8>>) -> Result<User, Error> {
        json(&response)
    }
}
