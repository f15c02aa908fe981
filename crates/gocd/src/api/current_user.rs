//! The user of a token.

use oauth_core::http::{Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, Provider, json};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::versioned::versioned_get;
use crate::site::Site;

/// `GET /api/current_user`: the user of the token. Source: api.gocd.org, "Current User", version 1.
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
    /// Login name.
    pub login_name: String,
    /// Display name.
    #[serde(default)]
    pub display_name: String,
    /// `true` if the user may log in.
    #[serde(default)]
    pub enabled: bool,
    /// Address for notifications.
    #[serde(default)]
    pub email: Option<String>,
    /// `true` if the user wants notifications.
    #[serde(default)]
    pub email_me: bool,
    /// Names under which the user commits.
    #[serde(default)]
    pub checkin_aliases: Vec<String>,
    /// Further fields of the response.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl<P: Provider<Site = Site>> Endpoint<P> for CurrentUser {
    type Response = User;
    const NAME: &'static str = "GET /api/current_user";

    fn request(&self, at: &EndpointContext<'_, P>) -> Result<Request<Vec<u8>>, Error> {
        versioned_get(at, "current_user", "application/vnd.go.cd.v1+json")
    }

    fn parse(&self, _: &EndpointContext<'_, P>, response: Response<Vec<u8>>) -> Result<User, Error> {
        json(&response)
    }
}
