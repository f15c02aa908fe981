//! The user of a token.

use oauth_core::http::{Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, Provider, json, response};

use super::versioned::versioned_get;
use crate::site::{CURRENT_USER_V1, Site};

/// `GET /api/current_user`: the user of the token. Source: api.gocd.org, "Current User", version 1.
///
/// ```
/// # async fn example(gocd: gocd::Client, token: gocd::Token) -> Result<(), gocd::Error> {
/// let user = gocd.send(&token, &gocd::api::CurrentUser).await?;
/// println!("{} <{}>", user.login_name, user.email.unwrap_or_default());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CurrentUser;

response! {
    /// A GoCD user.
    pub struct User {
        required {
            /// Login name.
            login_name: String,
        }
        optional {
            /// Display name.
            display_name: String,
            /// `true` if the user may log in.
            enabled: bool,
            /// Address for notifications.
            email: String,
            /// `true` if the user wants notifications.
            email_me: bool,
        }
        lists {
            /// Names under which the user commits.
            checkin_aliases: String,
        }
    }
}

impl<P: Provider<Site = Site>> Endpoint<P> for CurrentUser {
    type Response = User;
    const NAME: &'static str = "GET /api/current_user";

    fn request(&self, at: &EndpointContext<'_, P>) -> Result<Request<Vec<u8>>, Error> {
        versioned_get(at, "current_user", CURRENT_USER_V1)
    }

    fn parse(&self, _: &EndpointContext<'_, P>, response: Response<Vec<u8>>) -> Result<User, Error> {
        json(&response)
    }
}
