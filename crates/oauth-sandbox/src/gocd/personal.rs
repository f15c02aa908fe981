//! Personal access tokens over the API of the current GoCD: list, show, create, revoke
//! (docs/provider-facts.md 1g).
//!
//! Source: GoCD's API documentation. From its public source: the order of the checks, the texts of 400, 403
//! and 415, and the `filter` of the list. **Guess**: status 422 and its text for revoking a revoked token.

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::routing::{get, post};
use chrono::{DateTime, SecondsFormat, Utc};
use http::StatusCode;
use http::request::Parts;
use serde_json::{Value, json};

use super::caller::{self, AuthMethod};
use super::model::{PersonalToken, Revocation};
use super::{Request, Rules, api};
use crate::provider::SharedCore;
use crate::request::{Handled, Rejection};
use crate::user::User;

const DOC: &str = "https://api.gocd.org/19.2.0/#access-token";

pub(super) fn routes() -> Router<SharedCore<Rules>> {
    Router::new()
        .route("/go/api/current_user/access_tokens", get(list).post(create))
        .route("/go/api/current_user/access_tokens/{id}", get(show))
        .route("/go/api/current_user/access_tokens/{id}/revoke", post(revoke))
}

/// A request of a user to manage own tokens: authenticated by password or session, with a supported `Accept`.
struct TokenOwner {
    request: Request,
    user: User,
}

impl FromRequestParts<SharedCore<Rules>> for TokenOwner {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, core: &SharedCore<Rules>) -> Result<Self, Rejection> {
        let Ok(request) = Request::from_request_parts(parts, core).await;
        let (user, method) = caller::authenticate_with_method(&request)?;
        if !api::accepts_version(&request) {
            return Err(Rejection::new(api::incorrect_url(&request)));
        }
        let owner = Self { request, user };
        if matches!(method, AuthMethod::PersonalToken | AuthMethod::OAuthToken) {
            let text = "Unsupported operation: Accessing this API using access token is forbidden.";
            return Err(owner.error(StatusCode::FORBIDDEN, text));
        }
        Ok(owner)
    }
}

impl TokenOwner {
    /// Checks a change's headers: a JSON body, or no body and a header that another site's form cannot send.
    fn check_headers(&self) -> Result<(), Rejection> {
        if !self.request.body.is_empty() {
            if self.request.has_json_body() {
                return Ok(());
            }
            let text = "You must specify a 'Content-Type' of 'application/json'";
            return Err(self.error(StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
        }
        if self.request.headers.contains_key("x-gocd-confirm") {
            return Ok(());
        }
        let text = "Missing required header 'X-GoCD-Confirm' with value 'true'";
        Err(self.error(StatusCode::BAD_REQUEST, text))
    }

    fn error(&self, status: StatusCode, text: &str) -> Rejection {
        self.request.log.note(format!("refused: {status}"));
        Rejection::new((status, api::versioned(&json!({ "message": text }))))
    }

    fn not_found(&self, id: &str) -> Rejection {
        self.error(StatusCode::NOT_FOUND, &format!("Access token with id '{id}' was not found!"))
    }

    fn to_json(&self, token: &PersonalToken) -> Value {
        let list = self.list_url();
        let revoked = token.revoked.as_ref();
        json!({
            "_links": {
                "self": { "href": format!("{list}/{}", token.number) },
                "doc": { "href": DOC },
                "find": { "href": format!("{list}/:id") },
            },
            "id": token.number,
            "description": token.description,
            "username": token.owner,
            "revoked": revoked.is_some(),
            "revoke_cause": revoked.and_then(|revoked| revoked.cause.clone()),
            "revoked_by": revoked.map(|revoked| revoked.by.clone()),
            "revoked_at": revoked.map(|revoked| time(revoked.at)),
            "created_at": time(token.created_at),
            "last_used_at": token.last_used_at.map(time),
        })
    }

    fn list_url(&self) -> String {
        format!("{}/current_user/access_tokens", self.request.core.urls.api)
    }
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

async fn list(owner: TokenOwner) -> Handled {
    let value = owner.request.params.get("filter").unwrap_or("active");
    let revoked = match value {
        "active" => Some(false),
        "revoked" => Some(true),
        "all" => None,
        _ => {
            let text = format!(
                "Value `{value}` is not allowed for query parameter named `filter`. Valid values are active, all, revoked."
            );
            return Err(owner.error(StatusCode::BAD_REQUEST, &text));
        }
    };
    let tokens = owner.request.core.state().personal_tokens_of(&owner.user.login, revoked);
    let tokens: Vec<_> = tokens.iter().map(|token| owner.to_json(token)).collect();
    Ok(api::versioned(&json!({
        "_links": { "self": { "href": owner.list_url() }, "doc": { "href": DOC } },
        "_embedded": { "access_tokens": tokens },
    })))
}

async fn show(owner: TokenOwner, Path(id): Path<String>) -> Handled {
    let number = id.parse().ok();
    let mut state = owner.request.core.state();
    let token = number.and_then(|number| state.personal_token(&owner.user.login, number));
    Ok(api::versioned(&owner.to_json(token.ok_or_else(|| owner.not_found(&id))?)))
}

/// The only response that contains the token itself.
async fn create(owner: TokenOwner) -> Handled {
    owner.check_headers()?;
    let (core, user) = (&owner.request.core, &owner.user.login);
    let description = owner.request.params.get("description");
    let token = core.state().create_personal_token(user, description, core.now());
    owner.request.log.note(format!("personal access token created for {user}"));
    let mut body = owner.to_json(&token);
    body["token"] = token.token.into();
    Ok(api::versioned(&body))
}

async fn revoke(owner: TokenOwner, Path(id): Path<String>) -> Handled {
    owner.check_headers()?;
    let (core, user) = (&owner.request.core, &owner.user.login);
    let number = id.parse().ok();
    let mut state = core.state();
    let token = number.and_then(|number| state.personal_token(user, number));
    let token = token.ok_or_else(|| owner.not_found(&id))?;
    if token.revoked.is_some() {
        let text = "Your request could not be processed. The access token has already been revoked.";
        return Err(owner.error(StatusCode::UNPROCESSABLE_ENTITY, text));
    }
    let cause = owner.request.params.get("revoke_cause").map(str::to_owned);
    token.revoked = Some(Revocation { at: core.now(), by: user.clone(), cause });
    owner.request.log.note(format!("personal access token of {user} revoked"));
    Ok(api::versioned(&owner.to_json(token)))
}
