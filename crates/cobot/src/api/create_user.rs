//! New users, each with a code that connects them.

use std::fmt;

use oauth_core::http::{Method, Request, Response};
use oauth_core::{AuthorizationCode, Endpoint, EndpointContext, Error, Password, join, json, json_request};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::provider::Cobot;

/// `POST https://www.cobot.me/api/users`: creates a user, who is then connected to the app. Scope
/// [`write`](crate::scope::WRITE). Source: <https://dev.cobot.me/api-docs/users>.
///
/// The response's [`grant_code`](CreatedUser::grant_code) is an authorization code obtained without a
/// browser:
///
/// ```no_run
/// # async fn example(client: cobot::Client, token: cobot::Token) -> Result<(), cobot::Error> {
/// use cobot::{api, scope};
///
/// let joe = client.send(&token, &api::CreateUser::new("joe@doe.com")).await?;
/// // The scopes of such a token are not documented. `api::TokenInfo` returns the real ones.
/// let joes_token = client.exchange_code(joe.grant_code, [scope::READ_USER]).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CreateUser {
    email: String,
    password: Option<Password>,
}

impl CreateUser {
    /// A user with this e-mail address, which counts as confirmed. Cobot generates a password.
    pub fn new(email: impl Into<String>) -> Self {
        Self { email: email.into(), password: None }
    }

    /// Sets the user's password.
    #[must_use]
    pub fn password(mut self, password: impl Into<Password>) -> Self {
        self.password = Some(password.into());
        self
    }
}

/// A created user.
#[derive(Clone)]
#[non_exhaustive]
pub struct CreatedUser {
    /// Stable identifier of the user.
    pub id: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Code for [`Client::exchange_code`](oauth_core::Client::exchange_code), valid once.
    pub grant_code: AuthorizationCode,
    /// Further fields of the response. `Debug` shows their names only, because one might be a password.
    pub other: Map<String, Value>,
}

impl fmt::Debug for CreatedUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreatedUser")
            .field("id", &self.id)
            .field("email", &self.email)
            .field("grant_code", &self.grant_code)
            .field("other", &self.other.keys().collect::<Vec<_>>())
            .finish()
    }
}

#[derive(Serialize)]
struct Body<'a> {
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
}

// Without `Debug` and `Serialize`, because of the code, which any value of the other fields must not cost.
#[derive(Deserialize)]
struct ResponseBody {
    id: String,
    email: Option<Value>,
    grant_code: String,
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl Endpoint<Cobot> for CreateUser {
    type Response = CreatedUser;
    const NAME: &'static str = "POST /api/users";

    fn request(&self, at: &EndpointContext<'_, Cobot>) -> Result<Request<Vec<u8>>, Error> {
        let body = Body { email: &self.email, password: self.password.as_ref().map(Password::expose) };
        json_request(Method::POST, &join(at.site().api_url(), &["users"])?, &body)
    }

    fn secrets(&self) -> Vec<&str> {
        self.password.iter().map(Password::expose).collect()
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, Cobot>,
        response: Response<Vec<u8>>,
    ) -> Result<CreatedUser, Error> {
        let body: ResponseBody = json(&response)?;
        Ok(CreatedUser {
            id: body.id,
            email: body.email.as_ref().and_then(Value::as_str).map(ToOwned::to_owned),
            grant_code: AuthorizationCode::new(body.grant_code),
            other: body.other,
        })
    }
}
