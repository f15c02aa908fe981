//! The protected resource (RFC 6750 2.1 and 3): the token's user and scopes.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::Rules;
use super::model::Grant;
use crate::journal::RequestLog;
use crate::provider::{ProviderCore, SharedCore};

pub(super) async fn me(
    State(core): State<SharedCore<Rules>>,
    headers: HeaderMap,
    log: RequestLog,
) -> Response {
    let grant = match authenticate(&core, &headers, &log) {
        Ok(grant) => grant,
        Err(response) => return *response,
    };
    let state = core.state();
    let user = grant.user.as_deref().and_then(|login| state.user(login));
    Json(json!({
        "client_id": grant.client_id,
        "name": user.map(|user| &user.name),
        "email": user.map(|user| &user.email),
        "scopes": grant.scopes,
    }))
    .into_response()
}

/// Returns the grant of a valid token, otherwise an error response.
fn authenticate(
    core: &ProviderCore<Rules>,
    headers: &HeaderMap,
    log: &RequestLog,
) -> Result<Grant, Box<Response>> {
    let (before, after) = &core.setup.options.authorization;
    let realm = format!("{}realm=\"plain\"", before.split_inclusive(' ').next().unwrap_or_default());
    let unauthorized = |challenge: String| {
        Box::new((StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, challenge)]).into_response())
    };
    // The scheme is case-insensitive (RFC 9110 11.1).
    let token = headers.get(AUTHORIZATION).and_then(|header| {
        let (scheme, rest) = header.to_str().ok()?.split_at_checked(before.len())?;
        scheme.eq_ignore_ascii_case(before).then_some(rest)?.strip_suffix(after.as_str())
    });
    let Some(token) = token else {
        log.note("refused: no token");
        return Err(unauthorized(realm));
    };
    match core.state().grant_of(token, core.now()) {
        Some(grant) => {
            log.note(format!("acting as {}", grant.user.as_deref().unwrap_or("the application itself")));
            Ok(grant.clone())
        }
        None => {
            log.note("refused: the token is unknown or has expired");
            Err(unauthorized(format!("{realm}, error=\"invalid_token\"")))
        }
    }
}
