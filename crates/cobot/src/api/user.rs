//! The user of a token.

use oauth_core::{Error, endpoint, response};

use super::base::www;
use crate::provider::Cobot;
use crate::subdomain::Subdomain;

endpoint! {
    [] Cobot;
    /// `GET https://www.cobot.me/api/user`: the user of the token. Scope
    /// [`read_user`](crate::scope::READ_USER). Source: <https://dev.cobot.me/api-docs/users>.
    ///
    /// ```no_run
    /// # async fn example(client: cobot::Client, token: cobot::Token) -> Result<(), cobot::Error> {
    /// let user = client.send(&token, &cobot::api::User).await?;
    /// println!("connected: {}", user.id);
    /// # Ok(())
    /// # }
    /// ```
    pub struct User;
    GET www "/api/user" => json(UserDetails)
}

response! {
    /// A user.
    pub struct UserDetails {
        required {
            /// Stable identifier of the user.
            id: String,
        }
        optional {
            /// E-mail address. The user can change it, so it does not identify the user.
            email: String,
        }
        lists {
            /// Spaces that the user is a member of.
            memberships: UserMembership,
            /// Spaces that the user is an admin of.
            admin_of: AdminOf,
        }
    }
}

response! {
    /// A user's membership in a space.
    pub struct UserMembership {
        required {
            /// Identifier of the membership.
            id: String,
            /// Subdomain of the space.
            space_subdomain: String,
        }
        optional {
            /// Name of the space.
            space_name: String,
            /// API URL of the space.
            space_link: String,
            /// API URL of the membership.
            link: String,
        }
    }
}

response! {
    /// A space that a user is an admin of.
    pub struct AdminOf {
        required {
            /// Subdomain of the space.
            space_subdomain: String,
        }
        optional {
            /// Name of the space.
            space_name: String,
            /// API URL of the space.
            space_link: String,
            /// The user's name as an admin.
            name: String,
        }
    }
}

impl UserMembership {
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
