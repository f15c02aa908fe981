//! Personal access tokens over the API of the current GoCD: list, show, create, revoke
//! (docs/provider-facts.md 1g).
//!
//! Source: GoCD's API documentation. From its public source: the order of the checks, the texts of 400, 403
//! and 415, and the `filter` of the list. **Guess**: status 422 and its text for revoking a revoked token.

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::routing::{get, post};
use http::StatusCode;
use http::request::Parts;
use serde_json::{Value, json};

use super::api::{ApiCall, time};
use super::caller::AuthMethod;
use super::model::{PersonalToken, Revocation};
use super::{Request, Rules};
use crate::provider::SharedCore;
use crate::request::{Handled, Rejection};

const DOC: &str = "https://api.gocd.org/19.2.0/#access-token";

pub(super) fn routes() -> Router<SharedCore<Rules>> {
    Router::new()
        .route("/go/api/current_user/access_tokens", get(list).post(create))
        .route("/go/api/current_user/access_tokens/{id}", get(show))
        .route("/go/api/current_user/access_tokens/{id}/revoke", post(revoke))
}

/// A request of a user to manage own tokens, authenticated by password or session.
struct TokenOwner {
    call: ApiCall<1>,
}

impl FromRequestParts<SharedCore<Rules>> for TokenOwner {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, core: &SharedCore<Rules>) -> Result<Self, Rejection> {
        let Ok(request) = Request::from_request_parts(parts, core).await;
        let (call, method) = ApiCall::authenticate(request)?;
        if matches!(method, AuthMethod::PersonalToken | AuthMethod::OAuthToken) {
            let text = "Unsupported operation: Accessing this API using access token is forbidden.";
            return Err(call.error(StatusCode::FORBIDDEN, text));
        }
        Ok(Self { call })
    }
}

impl TokenOwner {
    fn not_found(&self, id: &str) -> Rejection {
        self.call.error(StatusCode::NOT_FOUND, &format!("Access token with id '{id}' was not found!"))
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
        self.call.url("current_user/access_tokens")
    }
}

async fn list(owner: TokenOwner) -> Handled {
    let value = owner.call.request.params.get("filter").unwrap_or("active");
    let revoked = match value {
        "active" => Some(false),
        "revoked" => Some(true),
        "all" => None,
        _ => {
            let text = format!(
                "Value `{value}` is not allowed for query parameter named `filter`. Valid values are active, all, revoked."
            );
            return Err(owner.call.error(StatusCode::BAD_REQUEST, &text));
        }
    };
    let tokens = owner.call.request.core.state().personal_tokens_of(&owner.call.user.login, revoked);
    let tokens: Vec<_> = tokens.iter().map(|token| owner.to_json(token)).collect();
    Ok(owner.call.respond(&json!({
        "_links": { "self": { "href": owner.list_url() }, "doc": { "href": DOC } },
        "_embedded": { "access_tokens": tokens },
    })))
}

async fn show(owner: TokenOwner, Path(id): Path<String>) -> Handled {
    let number = id.parse().ok();
    let mut state = owner.call.request.core.state();
    let token = number.and_then(|number| state.personal_token(&owner.call.user.login, number));
    Ok(owner.call.respond(&owner.to_json(token.ok_or_else(|| owner.not_found(&id))?)))
}

/// The only response that contains the token itself.
async fn create(owner: TokenOwner) -> Handled {
    owner.call.check_headers()?;
    let (core, user) = (&owner.call.request.core, &owner.call.user.login);
    let description = owner.call.request.params.get("description");
    let token = core.state().create_personal_token(user, description, core.now());
    owner.call.request.log.note(format!("personal access token created for {user}"));
    let mut body = owner.to_json(&token);
    body["token"] = token.token.into();
    Ok(owner.call.respond(&body))
}

async fn revoke(owner: TokenOwner, Path(id): Path<String>) -> Handled {
    owner.call.check_headers()?;
    let (core, user) = (&owner.call.request.core, &owner.call.user.login);
    let number = id.parse().ok();
    let mut state = core.state();
    let token = number.and_then(|number| state.personal_token(user, number));
    let token = token.ok_or_else(|| owner.not_found(&id))?;
    if token.revoked.is_some() {
        let text = "Your request could not be processed. The access token has already been revoked.";
        return Err(owner.call.error(StatusCode::UNPROCESSABLE_ENTITY, text));
    }
    let cause = owner.call.request.params.get("revoke_cause").map(str::to_owned);
    token.revoked = Some(Revocation { at: core.now(), by: user.clone(), cause });
    owner.call.request.log.note(format!("personal access token of {user} revoked"));
    Ok(owner.call.respond(&owner.to_json(token)))
}
