//! Authentication and errors of API calls, `GET /oauth/validate`, `GET /v2/me` and `GET /v2/account`.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Request;
use super::model::{Grant, Member, Portal, Role};
use crate::params::{Params, last};
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
    let (first_name, last_name) = member.names();
    json!({
        "id": member.id,
        "email": member.user.email,
        "first_name": first_name,
        "last_name": last_name,
        "status": true,
        "roles": [member.role.v2_name()],
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
    let log = &request.log;
    let unauthorized =
        |message: &str| Rejection::new((StatusCode::UNAUTHORIZED, Json(json!({ "message": message }))));
    let Some(grant) = grant(request) else {
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

/// The grant of the request's token, if that is valid.
pub(super) fn grant(request: &Request) -> Option<Grant> {
    let core = &request.core;
    core.state().grant_of(request.bearer_token()?, core.now()).cloned()
}

/// The caller of a gateway call.
pub(super) struct Caller {
    pub(super) portal: u64,
    /// Identifier of the user account. `None` for client credentials.
    pub(super) account: Option<u64>,
    pub(super) is_administrator: bool,
}

impl Caller {
    /// Checks for an administrator, or the owner of what belongs to this user account.
    pub(super) fn may_access(&self, account: &str) -> bool {
        self.is_administrator || self.account.is_some_and(|own| own.to_string() == account)
    }
}

/// As [`authenticate`], and checks the header `Api-Version`.
pub(super) fn authenticate_on_gateway(request: &Request, scope: &str) -> Result<Caller, Rejection> {
    let grant = authenticate(request, &[scope])?;
    if !is_version(request.header("api-version").unwrap_or_default()) {
        request.log.note("refused: no API version");
        let text = "The header Api-Version has to name a version, such as 2025-01-01.";
        return Err(rejection(StatusCode::BAD_REQUEST, "api_version", text));
    }
    let state = request.core.state();
    let member = grant.user.as_deref().and_then(|user| state.member(user));
    Ok(Caller {
        portal: grant.portal,
        account: member.map(|member| member.id),
        is_administrator: member.is_none_or(|member| member.role == Role::Administrator),
    })
}

/// Accepts a date or `alpha`, the only other value seen in use.
fn is_version(text: &str) -> bool {
    text == "alpha" || (text.len() == 10 && text.parse::<chrono::NaiveDate>().is_ok())
}

pub(super) fn json_body<T: DeserializeOwned>(request: &Request) -> Result<T, Rejection> {
    serde_json::from_slice(&request.body).map_err(|error| invalid(&error.to_string()))
}

/// The value of a query parameter that is `true` or `false`.
pub(super) fn boolean(params: &Params, name: &str) -> Result<Option<bool>, Rejection> {
    let parse = |text: &str| text.parse().map_err(|_| invalid(&format!("{name} has to be true or false.")));
    last(&params.query, name).map(parse).transpose()
}

pub(super) fn invalid(message: &str) -> Rejection {
    rejection(StatusCode::BAD_REQUEST, "invalid_request", message)
}

pub(super) fn rejection(status: StatusCode, error_code: &str, message: &str) -> Rejection {
    Rejection::new(error_response(status, error_code, message))
}

/// An error in the API's usual form.
pub(super) fn error_response(status: StatusCode, error_code: &str, message: &str) -> Response {
    let body = json!({ "ref": random::hex::<8>(), "error_code": error_code, "message": message });
    (status, Json(body)).into_response()
}
