//! The user of the token.

use oauth_core::json_api::{ResourceBody, Single};
use oauth_core::{CommaSeparated, endpoint, resource_body, response};

use super::base::api2;
use crate::provider::Cobot;

endpoint! {
    [] Cobot;
    /// `GET /user`: the user of the token, with the ids of the spaces. `include` takes `adminOf` and
    /// `memberOf`, which need `read_spaces`, and `memberships`, which needs `read_memberships`. Scope
    /// `read_user`.
    pub struct User() {
        optional {
            include: CommaSeparated<String>,
        }
    }
    GET api2 "/user" scopes ["read_user"] => json(Single<UserAttributes>)
}

endpoint! {
    [] Cobot;
    /// `POST /user_email_preview`: checks an e-mail address for a new user: 204 if it is free, the error 409
    /// if it is taken. No scope.
    pub struct PreviewUserEmail();
    POST api2 "/user_email_preview" body(user_email_preview: ResourceBody<NewUserEmailPreview> as "data")
        => nothing
}

resource_body! {
    /// An e-mail address to check.
    pub struct NewUserEmailPreview as "userEmailPreviews" {
        required {
            email: String,
        }
    }
}

response! {
    /// Attributes of a user.
    pub struct UserAttributes {
        optional {
            email: String,
        }
    }
}
