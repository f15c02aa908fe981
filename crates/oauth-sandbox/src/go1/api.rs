//! Authentication of API calls, `GET /oauth/validate`, `GET /v2/me` and `GET /v2/account`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::Rules;
use super::model::{Grant, Member, Portal};
use crate::journal::RequestLog;
use crate::provider::{ProviderCore, SharedCore};
use crate::random;

pub(super) async fn validate(
    State(core): State<SharedCore<Rules>>,
    headers: HeaderMap,
    log: RequestLog,
) -> Response {
    match authenticate(&core, &headers, &log, &[]) {
        Ok(_) => json_response(StatusCode::OK, &json!({})),
        Err(response) => *response,
    }
}

pub(super) async fn me(
    State(core): State<SharedCore<Rules>>,
    headers: HeaderMap,
    log: RequestLog,
) -> Response {
    let grant = match authenticate(&core, &headers, &log, &["user.read", "user.login.me"]) {
        Ok(grant) => grant,
        Err(response) => return *response,
    };
    let state = core.state();
    let Some(member) = grant.user.as_deref().and_then(|user| state.member(user)) else {
        log.note("refused: the token belongs to no user");
        return error_response(StatusCode::FORBIDDEN, "no_user", "This token does not belong to a user.");
    };
    json_response(StatusCode::OK, &profile(member, state.portal(member.portal)))
}

fn profile(member: &Member, portal: Option<&Portal>) -> Value {
    let (first_name, last_name) = member.user.name.split_once(' ').unwrap_or((&member.user.name, ""));
    json!({
        "id": member.id,
        "email": member.user.email,
        "first_name": first_name,
        "last_name": last_name,
        "status": true,
        "roles": ["administrator"],
        "portal": portal.map(|portal| json!({ "id": portal.id, "url": portal.url })),
    })
}

pub(super) async fn account(
    State(core): State<SharedCore<Rules>>,
    headers: HeaderMap,
    log: RequestLog,
) -> Response {
    let grant = match authenticate(&core, &headers, &log, &["portal.read", "account.read"]) {
        Ok(grant) => grant,
        Err(response) => return *response,
    };
    let state = core.state();
    let user_count = state.members.iter().filter(|member| member.portal == grant.portal).count();
    match state.portal(grant.portal) {
        Some(portal) => json_response(
            StatusCode::OK,
            &json!({
                "id": portal.id,
                "title": portal.name,
                "url": portal.url,
                "partner_portal_id": portal.partner_portal_id,
                "plan": {
                    "name": "annual",
                    "type": "premium",
                    "region": "AU",
                    "active_user_count": user_count,
                    "licensed_user_count": 100,
                    "renewal_date": "2030-06-30T00:00:00+00:00",
                },
            }),
        ),
        None => error_response(StatusCode::NOT_FOUND, "portal_not_found", "There is no such portal."),
    }
}

/// Returns the grant of a valid token, otherwise an error response. The grant must have one of `scopes`,
/// unless that is empty.
pub(super) fn authenticate(
    core: &ProviderCore<Rules>,
    headers: &HeaderMap,
    log: &RequestLog,
    scopes: &[&str],
) -> Result<Grant, Box<Response>> {
    let token = headers
        .get(AUTHORIZATION)
        .and_then(|header| header.to_str().ok()?.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"))
        .map(|(_, token)| token);
    let grant = token.and_then(|token| core.state().grant_of(token, core.now()).cloned());
    let Some(grant) = grant else {
        log.note("refused: no token, or one that is unknown or has expired");
        return Err(Box::new(json_response(
            StatusCode::UNAUTHORIZED,
            &json!({ "message": "Invalid token" }),
        )));
    };
    log.note(format!("acting as {}", grant.user.as_deref().unwrap_or("the application itself")));
    if scopes.is_empty() || scopes.iter().any(|scope| grant.scopes.contains(scope)) {
        return Ok(grant);
    }
    log.note(format!("refused: the token lacks the scope {}", scopes.join(" or ")));
    Err(Box::new(json_response(StatusCode::UNAUTHORIZED, &json!({ "message": "Missing scopes" }))))
}

/// An error in the API's usual form.
pub(super) fn error_response(status: StatusCode, error_code: &str, message: &str) -> Response {
    json_response(status, &json!({ "ref": random::hex::<8>(), "error_code": error_code, "message": message }))
}

pub(super) fn json_response(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
