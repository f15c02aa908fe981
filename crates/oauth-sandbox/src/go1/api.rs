//! Authentication of API calls, `GET /oauth/validate`, `GET /v2/me` and `GET /v2/account`.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::Request;
use super::model::{Grant, Member, Portal};
use crate::random;
use crate::request::{Handled, Rejection};

pub(super) async fn validate(request: Request) -> Handled {
    authenticate(&request, &[])?;
    Ok(Json(json!({})).into_response())
}

pub(super) async fn me(request: Request) -> Handled {
    let grant = authenticate(&request, &["user.read", "user.login.me"])?;
    let state = request.core.state();
    let Some(member) = grant.user.as_deref().and_then(|user| state.member(user)) else {
        request.log.note("refused: the token belongs to no user");
        let text = "This token does not belong to a user.";
        return Ok(error_response(StatusCode::FORBIDDEN, "no_user", text));
    };
    Ok(Json(profile(member, state.portal(member.portal))).into_response())
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

pub(super) async fn account(request: Request) -> Handled {
    let grant = authenticate(&request, &["portal.read", "account.read"])?;
    let state = request.core.state();
    let user_count = state.members.iter().filter(|member| member.portal == grant.portal).count();
    let Some(portal) = state.portal(grant.portal) else {
        return Ok(error_response(StatusCode::NOT_FOUND, "portal_not_found", "There is no such portal."));
    };
    let body = json!({
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
    });
    Ok(Json(body).into_response())
}

/// Returns the grant of a valid token, otherwise an error response. The grant must have one of `scopes`,
/// unless that is empty.
pub(super) fn authenticate(request: &Request, scopes: &[&str]) -> Result<Grant, Rejection> {
    let (core, log) = (&request.core, &request.log);
    let unauthorized =
        |message: &str| Rejection::new((StatusCode::UNAUTHORIZED, Json(json!({ "message": message }))));
    let grant = request.bearer_token().and_then(|token| core.state().grant_of(token, core.now()).cloned());
    let Some(grant) = grant else {
        log.note("refused: no token, or one that is unknown or has expired");
        return Err(unauthorized("Invalid token"));
    };
    log.note(format!("acting as {}", grant.user.as_deref().unwrap_or("the application itself")));
    if scopes.is_empty() || scopes.iter().any(|scope| grant.scopes.contains(scope)) {
        return Ok(grant);
    }
    log.note(format!("refused: the token lacks the scope {}", scopes.join(" or ")));
    Err(unauthorized("Missing scopes"))
}

/// An error in the API's usual form.
pub(super) fn error_response(status: StatusCode, error_code: &str, message: &str) -> Response {
    let body = json!({ "ref": random::hex::<8>(), "error_code": error_code, "message": message });
    (status, Json(body)).into_response()
}
