//! The user of a token.

use oauth_core::{Provider, endpoint, response};

use super::versioned::version;
use crate::site::Site;

endpoint! {
    [P: Provider<Site = Site>] P;
    /// `GET /api/current_user`: the user of the token. Source: api.gocd.org, "Current User", version 1.
    ///
    /// ```
    /// # async fn example(gocd: gocd::Client, token: gocd::Token) -> Result<(), gocd::Error> {
    /// let user = gocd.send(&token, &gocd::api::CurrentUser).await?;
    /// println!("{} <{}>", user.login_name, user.email.unwrap_or_default());
    /// # Ok(())
    /// # }
    /// ```
    pub struct CurrentUser;
    GET version(1) "/api/current_user" => json(User)
}

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
