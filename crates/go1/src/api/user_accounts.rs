//! User accounts, the users of a portal.
//!
//! No copy of Go1's reference has these calls: they are known from Totara's Go1 plug-in
//! (`contentmarketplace_goone`, 2.0.0-rc.2, read on 2026-11-30), whose recorded responses name the fields.

use oauth_core::http::Response;
use oauth_core::{Error, ErrorKind, Secret, endpoint, json, open_enum, request_body, response};

use super::base::gateway;
use crate::provider::Go1;

endpoint! {
    [] Go1;
    /// `GET /user-accounts`: user accounts. Scope `user.read`. Source: Totara's Go1 plug-in, a third party.
    pub struct UserAccounts() {
        optional {
            /// Only that with this e-mail address.
            email: String,
            /// Further parts.
            include = "include[]": Vec<UserAccountPart>,
        }
    }
    GET gateway "/user-accounts" scopes ["user.read"] => json(UserAccountPage)
}

endpoint! {
    [] Go1;
    /// `GET /user-accounts/{id}`: a user account. Scope `user.read`. Source: Totara's Go1 plug-in, a third
    /// party.
    pub struct UserAccount(id: String) {
        optional {
            /// Further parts.
            include = "include[]": Vec<UserAccountPart>,
        }
    }
    GET gateway "/user-accounts/:id" scopes ["user.read"] => json(UserAccountDetails)
}

endpoint! {
    [] Go1;
    /// `POST /user-accounts`: creates a user account. Scope `user.write`. Source: Totara's Go1 plug-in, a
    /// third party, which cites Go1's REST reference 2025-01-01.
    pub struct CreateUserAccount();
    POST gateway "/user-accounts" scopes ["user.write"] body(account: NewUserAccount) => json(UserAccountDetails)
}

endpoint! {
    [] Go1;
    /// `PATCH /user-accounts/{id}`: changes a user account. Scope `user.write`. Source: Totara's Go1 plug-in,
    /// a third party.
    pub struct UpdateUserAccount(id: String);
    PATCH gateway "/user-accounts/:id" scopes ["user.write"] body(changes: UserAccountChanges)
        => json(UserAccountDetails)
}

endpoint! {
    [] Go1;
    /// `POST /user-accounts/{id}/login`: a token that signs this user in once. Scope `user.login`, which Go1
    /// grants on request. Source: Totara's Go1 plug-in, a third party, which cites
    /// <https://developers.go1.com/docs/guides/content-hub/setup-user-auth/>.
    pub struct UserAccountLogin(id: String);
    POST gateway "/user-accounts/:id/login" scopes ["user.login"] => parsed(Secret, one_time_token)
}

fn one_time_token(response: &Response<Vec<u8>>) -> Result<Secret, Error> {
    response! {
        struct Login { secrets { one_time_token, } }
    }
    let missing = || Error::new(ErrorKind::InvalidResponse, "the response has no `one_time_token`");
    json::<Login>(response)?.one_time_token.filter(|token| !token.expose().is_empty()).ok_or_else(missing)
}

response! {
    /// A page of user accounts.
    pub struct UserAccountPage {
        required {
            /// Number of results on all pages.
            total: u64,
        }
        required_lists {
            hits: UserAccountDetails,
        }
    }
}

response! {
    /// A user account.
    pub struct UserAccountDetails {
        required {
            id: String,
        }
        optional {
            /// Status, such as `active`.
            status: String,
            user: UserAccountUser,
            /// Standard fields, if [`include`](UserAccount::include) requested them.
            standard_fields: StandardFields,
            /// The portal's own fields, if [`include`](UserAccount::include) requested them.
            additional_fields: AdditionalFields,
        }
        lists {
            roles: Role,
        }
    }
}

response! {
    /// The user of an account.
    pub struct UserAccountUser {
        required {
            /// Identifier, such as `usr_01HBYXG21DRXDQ6XBNMDJ8WTMH`.
            id: String,
        }
        optional {
            email: String,
            given_name: String,
            family_name: String,
        }
    }
}

response! {
    /// A role.
    pub struct Role {
        required {
            /// Identifier, which begins with `rol_`.
            guid: String,
        }
        optional {
            /// Name, such as `Learner`.
            name: String,
        }
    }
}

response! {
    /// Standard fields of a user account.
    pub struct StandardFields {
        optional {
            /// Identifier in another system.
            external_user_id: String,
        }
    }
}

response! {
    /// A portal's own fields of user accounts: all in `other`.
    pub struct AdditionalFields {}
}

request_body! {
    /// A new user account.
    pub struct NewUserAccount {
        required {
            given_name: String,
            family_name: String,
            username: String,
            email: String,
        }
        optional {
            /// Roles, by their [`guid`](Role::guid).
            roles: Vec<String>,
        }
    }
}

request_body! {
    /// Changes of a user account.
    pub struct UserAccountChanges {
        optional {
            email: String,
            /// Roles, by their [`guid`](Role::guid).
            roles: Vec<String>,
            status: String,
            locale: String,
            standard_fields: oauth_core::serde_json::Value,
            /// The portal's own fields.
            additional_fields: oauth_core::serde_json::Value,
        }
    }
}

open_enum! {
    /// A further part of a user account.
    pub enum UserAccountPart {
        /// [`UserAccountDetails::standard_fields`].
        StandardFields = "standard_fields",
        /// [`UserAccountDetails::additional_fields`].
        AdditionalFields = "additional_fields",
    }
}
