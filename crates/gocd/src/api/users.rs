//! Users of the server.

use oauth_core::{List, endpoint, request_body};

use super::confirmation::Confirmation;
use super::current_user::User;
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/users`: all users. Since 15.2.0. Source: api.gocd.org, "Get all users".
    pub struct Users;
    GET version(3) "/api/users" => json(List<User>, "/_embedded/users")
}

endpoint! {
    [] Personal;
    /// `GET /api/users/:login_name`: a user. Since 15.2.0. Source: api.gocd.org, "Get one user".
    pub struct GetUser(login_name: String);
    GET version(3) "/api/users/:login_name" => json(User)
}

endpoint! {
    [] Personal;
    /// `POST /api/users`: creates a user. Since 15.3.0. Source: api.gocd.org, "Create a user".
    pub struct CreateUser();
    POST version(3) "/api/users" body(user: NewUser) => json(User)
}

endpoint! {
    [] Personal;
    /// `PATCH /api/users/:login_name`: changes a user. Since 15.2.0. Source: api.gocd.org, "Update a user".
    pub struct UpdateUser(login_name: String);
    PATCH version(3) "/api/users/:login_name" body(changes: UserChanges) => json(User)
}

endpoint! {
    [] Personal;
    /// `DELETE /api/users/:login_name`: deletes a user, who must be disabled. Since 15.2.0. Source:
    /// api.gocd.org, "Delete a user".
    pub struct DeleteUser(login_name: String);
    DELETE version(3) "/api/users/:login_name" => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `DELETE /api/users`: deletes several users, who must be disabled. Since 17.11.0. Source: api.gocd.org,
    /// "Bulk Delete Users".
    pub struct DeleteUsers();
    DELETE version(3) "/api/users" body(users: LoginNames) => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `PATCH /api/users/operations/state`: enables or disables several users. The document's example has
    /// another path, `/api/admin/operations/state`. Since 19.1.0. Source: api.gocd.org, "Bulk Enable/Disable
    /// Users".
    pub struct UpdateUserStates();
    PATCH version(3) "/api/users/operations/state" body(states: UserStates) => json(Confirmation)
}

request_body! {
    /// A new user.
    pub struct NewUser {
        required {
            /// Login name.
            login_name: String,
        }
        optional {
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

request_body! {
    /// Changes of a user.
    pub struct UserChanges {
        optional {
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

request_body! {
    /// Users to delete.
    pub struct LoginNames {
        required_lists {
            /// Login names.
            users: String,
        }
    }
}

request_body! {
    /// Users to enable or disable.
    pub struct UserStates {
        required_lists {
            /// Login names.
            users: String,
        }
        optional {
            /// Change.
            operations: UserOperations,
        }
    }
}

request_body! {
    /// A change of users.
    pub struct UserOperations {
        required {
            /// `true` enables, `false` disables.
            enable: bool,
        }
    }
}
