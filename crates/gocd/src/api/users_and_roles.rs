//! Users and roles with a permission.

use oauth_core::{request_body, response};

response! {
    /// Users and roles with a permission.
    pub struct UsersAndRoles {
        lists {
            /// Login names of users.
            users: String,
            /// Names of roles.
            roles: String,
        }
    }
}

request_body! {
    /// Users and roles with a permission.
    pub struct NewUsersAndRoles {
        lists {
            /// Login names of users.
            users: String,
            /// Names of roles.
            roles: String,
        }
    }
}
