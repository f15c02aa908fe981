//! The user of a token.

use oauth_core::{Provider, endpoint, request_body, response};

use super::versioned::version;
use crate::Personal;
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

endpoint! {
    [] Personal;
    /// `PATCH /api/current_user`: changes the user of the token. Since 17.5.0. Source: api.gocd.org, "Update
    /// current user".
    pub struct UpdateCurrentUser();
    PATCH version(1) "/api/current_user" body(changes: CurrentUserChanges) => json(User)
}

request_body! {
    /// Changes of the token's user.
    pub struct CurrentUserChanges {
        optional {
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
            /// `true` for an administrator. Since 19.1.0.
            admin: bool,
        }
        lists {
            /// Names under which the user commits.
            checkin_aliases: String,
            /// Roles. Since 19.1.0.
            roles: UserRole,
        }
    }
}

response! {
    /// A role of a user.
    pub struct UserRole {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Type: `gocd` or `plugin`.
            kind = "type": String,
        }
    }
}
