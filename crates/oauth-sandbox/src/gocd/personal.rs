//! Personal access tokens over the API of the current GoCD: list, show, create, revoke
//! (docs/provider-facts.md 1g).
//!
//! Source: GoCD's API documentation. From its public source: the order of the checks, the texts of 400, 403
//! and 415, and the `filter` of the list. **Guess**: status 422 and its text for revoking a revoked token.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum_extra::extract::cookie::CookieJar;
use chrono::{DateTime, SecondsFormat, Utc};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::caller::{self, AuthMethod};
use super::model::{Filter, PersonalToken, Revocation};
use super::{Rules, api};
use crate::journal::RequestLog;
use crate::params::Params;
use crate::provider::SharedCore;
use crate::server::ConnectionInfo;
use crate::user::User;

const DOC: &str = "https://api.gocd.org/19.2.0/#access-token";

pub(super) fn routes() -> Router<SharedCore<Rules>> {
    Router::new()
        .route("/go/api/current_user/access_tokens", get(list).post(create))
        .route("/go/api/current_user/access_tokens/{id}", get(show))
        .route("/go/api/current_user/access_tokens/{id}/revoke", post(revoke))
}

/// A request of a user to manage own tokens: authenticated by password or session, with a supported `Accept`.
#[derive(Debug)]
struct TokenOwner {
    core: SharedCore<Rules>,
    user: User,
    headers: HeaderMap,
    params: Params,
    log: RequestLog,
}

impl FromRequestParts<SharedCore<Rules>> for TokenOwner {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, core: &SharedCore<Rules>) -> Result<Self, Response> {
        let Ok(params) = Params::from_request_parts(parts, core).await;
        let Ok(log) = RequestLog::from_request_parts(parts, core).await;
        let Ok(connection) = ConnectionInfo::from_request_parts(parts, core).await;
        let headers = parts.headers.clone();
        let jar = CookieJar::from_headers(&headers);
        let (user, method) = caller::authenticate_with_method(core, &headers, &jar, connection, &log)
            .map_err(|response| *response)?;
        if !api::accepts_version(&headers) {
            return Err(api::incorrect_url(&log));
        }
        if matches!(method, AuthMethod::PersonalToken | AuthMethod::OAuthToken) {
            let text = "Unsupported operation: Accessing this API using access token is forbidden.";
            return Err(error_response(&log, StatusCode::FORBIDDEN, text));
        }
        Ok(Self { core: core.clone(), user, headers, params, log })
    }
}

impl TokenOwner {
    /// Checks a change's headers: a JSON body, or no body and a header that another site's form cannot send.
    fn check_headers(&self, body: &Bytes) -> Result<(), Box<Response>> {
        if body.is_empty() {
            if self.headers.contains_key("x-gocd-confirm") {
                return Ok(());
            }
            let text = "Missing required header 'X-GoCD-Confirm' with value 'true'";
            return Err(Box::new(error_response(&self.log, StatusCode::BAD_REQUEST, text)));
        }
        let content_type =
            self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("application/json") {
            return Ok(());
        }
        let text = "You must specify a 'Content-Type' of 'application/json'";
        Err(Box::new(error_response(&self.log, StatusCode::UNSUPPORTED_MEDIA_TYPE, text)))
    }

    fn not_found(&self, id: &str) -> Response {
        let text = format!("Access token with id '{id}' was not found!");
        error_response(&self.log, StatusCode::NOT_FOUND, &text)
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
        format!("{}/current_user/access_tokens", self.core.urls.api)
    }
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn error_response(log: &RequestLog, status: StatusCode, text: &str) -> Response {
    log.note(format!("refused: {status}"));
    (status, api::versioned(&json!({ "message": text }))).into_response()
}

async fn list(owner: TokenOwner) -> Response {
    let value = owner.params.get("filter").unwrap_or("active");
    let Some(filter) = Filter::parse(value) else {
        let text = format!(
            "Value `{value}` is not allowed for query parameter named `filter`. Valid values are active, all, revoked."
        );
        return error_response(&owner.log, StatusCode::BAD_REQUEST, &text);
    };
    let tokens = owner.core.state().personal_tokens_of(&owner.user.login, filter);
    let tokens: Vec<_> = tokens.iter().map(|token| owner.to_json(token)).collect();
    api::versioned(&json!({
        "_links": { "self": { "href": owner.list_url() }, "doc": { "href": DOC } },
        "_embedded": { "access_tokens": tokens },
    }))
}

async fn show(owner: TokenOwner, Path(id): Path<String>) -> Response {
    match find(&owner, &id) {
        Some(token) => api::versioned(&owner.to_json(&token)),
        None => owner.not_found(&id),
    }
}

fn find(owner: &TokenOwner, id: &str) -> Option<PersonalToken> {
    owner.core.state().personal_token(&owner.user.login, id.parse().ok()?).cloned()
}

/// The only response that contains the token itself.
async fn create(owner: TokenOwner, body: Bytes) -> Response {
    if let Err(response) = owner.check_headers(&body) {
        return *response;
    }
    let now = owner.core.now();
    let description = owner.params.get("description");
    let token = owner.core.state().create_personal_token(&owner.user.login, description, now);
    owner.log.note(format!("personal access token created for {}", owner.user.login));
    let mut body = owner.to_json(&token);
    body["token"] = token.token.into();
    api::versioned(&body)
}

async fn revoke(owner: TokenOwner, Path(id): Path<String>, body: Bytes) -> Response {
    if let Err(response) = owner.check_headers(&body) {
        return *response;
    }
    let revocation = Revocation {
        at: owner.core.now(),
        by: owner.user.login.clone(),
        cause: owner.params.get("revoke_cause").map(str::to_owned),
    };
    let token = {
        let mut state = owner.core.state();
        let number = id.parse().ok();
        let Some(token) = number.and_then(|number| state.personal_token(&owner.user.login, number)) else {
            return owner.not_found(&id);
        };
        if token.revoked.is_some() {
            let text = "Your request could not be processed. The access token has already been revoked.";
            return error_response(&owner.log, StatusCode::UNPROCESSABLE_ENTITY, text);
        }
        token.revoked = Some(revocation);
        token.clone()
    };
    owner.log.note(format!("personal access token of {} revoked", owner.user.login));
    api::versioned(&owner.to_json(&token))
}
