//! Personal access tokens over the API of today's GoCD: list, show, create, revoke (docs/provider-facts.md 1g).
//!
//! From GoCD's API documentation and, for what it leaves out, its public source: the order of the checks, the words of 400, 403, 415
//! and the `filter` of the list. **Guess**: revoking a revoked token is 422, and its words.

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

use super::caller::{self, By};
use super::model::{Filter, Personal, Revoked};
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

/// A request by somebody who may manage their tokens: with a password or a session, and with the right `Accept`.
#[derive(Debug)]
struct Owner {
    core: SharedCore<Rules>,
    user: User,
    headers: HeaderMap,
    params: Params,
    log: RequestLog,
}

impl FromRequestParts<SharedCore<Rules>> for Owner {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, core: &SharedCore<Rules>) -> Result<Self, Response> {
        let Ok(params) = Params::from_request_parts(parts, core).await;
        let Ok(log) = RequestLog::from_request_parts(parts, core).await;
        let Ok(arrived) = ConnectionInfo::from_request_parts(parts, core).await;
        let headers = parts.headers.clone();
        let jar = CookieJar::from_headers(&headers);
        let (user, by) = caller::admit_by(core, &headers, &jar, arrived, &log).map_err(|stopped| *stopped)?;
        if !api::wants_what_there_is(&headers) {
            return Err(api::incorrect_url(&log));
        }
        if matches!(by, By::PersonalToken | By::OAuthToken) {
            let text = "Unsupported operation: Accessing this API using access token is forbidden.";
            return Err(refused(&log, StatusCode::FORBIDDEN, text));
        }
        Ok(Self { core: core.clone(), user, headers, params, log })
    }
}

impl Owner {
    /// A change comes with JSON, or without a body and with the header that no other site's form can send.
    fn may_change(&self, body: &Bytes) -> Result<(), Box<Response>> {
        if body.is_empty() {
            if self.headers.contains_key("x-gocd-confirm") {
                return Ok(());
            }
            let text = "Missing required header 'X-GoCD-Confirm' with value 'true'";
            return Err(Box::new(refused(&self.log, StatusCode::BAD_REQUEST, text)));
        }
        let content_type =
            self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("application/json") {
            return Ok(());
        }
        let text = "You must specify a 'Content-Type' of 'application/json'";
        Err(Box::new(refused(&self.log, StatusCode::UNSUPPORTED_MEDIA_TYPE, text)))
    }

    fn not_found(&self, id: &str) -> Response {
        let text = format!("Access token with id '{id}' was not found!");
        refused(&self.log, StatusCode::NOT_FOUND, &text)
    }

    fn represent(&self, token: &Personal) -> Value {
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

fn refused(log: &RequestLog, status: StatusCode, text: &str) -> Response {
    log.note(format!("refused: {status}"));
    (status, api::versioned(&json!({ "message": text }))).into_response()
}

async fn list(owner: Owner) -> Response {
    let wanted = owner.params.get("filter").unwrap_or("active");
    let Some(filter) = Filter::read(wanted) else {
        let text = format!(
            "Value `{wanted}` is not allowed for query parameter named `filter`. Valid values are active, all, revoked."
        );
        return refused(&owner.log, StatusCode::BAD_REQUEST, &text);
    };
    let tokens = owner.core.state().personal_of(&owner.user.login, filter);
    let tokens: Vec<_> = tokens.iter().map(|token| owner.represent(token)).collect();
    api::versioned(&json!({
        "_links": { "self": { "href": owner.list_url() }, "doc": { "href": DOC } },
        "_embedded": { "access_tokens": tokens },
    }))
}

async fn show(owner: Owner, Path(id): Path<String>) -> Response {
    match find(&owner, &id) {
        Some(token) => api::versioned(&owner.represent(&token)),
        None => owner.not_found(&id),
    }
}

fn find(owner: &Owner, id: &str) -> Option<Personal> {
    owner.core.state().personal(&owner.user.login, id.parse().ok()?).cloned()
}

/// Here and nowhere else the token itself is shown.
async fn create(owner: Owner, body: Bytes) -> Response {
    if let Err(refused) = owner.may_change(&body) {
        return *refused;
    }
    let now = owner.core.now();
    let description = owner.params.get("description");
    let token = owner.core.state().create_personal(&owner.user.login, description, now);
    owner.log.note(format!("personal access token made for {}", owner.user.login));
    let mut shown = owner.represent(&token);
    shown["token"] = token.token.into();
    api::versioned(&shown)
}

async fn revoke(owner: Owner, Path(id): Path<String>, body: Bytes) -> Response {
    if let Err(refused) = owner.may_change(&body) {
        return *refused;
    }
    let revoked = Revoked {
        at: owner.core.now(),
        by: owner.user.login.clone(),
        cause: owner.params.get("revoke_cause").map(str::to_owned),
    };
    let token = {
        let mut state = owner.core.state();
        let number = id.parse().ok();
        let Some(token) = number.and_then(|number| state.personal(&owner.user.login, number)) else {
            return owner.not_found(&id);
        };
        if token.revoked.is_some() {
            let text = "Your request could not be processed. The access token has already been revoked.";
            return refused(&owner.log, StatusCode::UNPROCESSABLE_ENTITY, text);
        }
        token.revoked = Some(revoked);
        token.clone()
    };
    owner.log.note(format!("personal access token of {} revoked", owner.user.login));
    api::versioned(&owner.represent(&token))
}
