//! The protected resource (RFC 6750 2.1 and 3): the token's user and scopes.

use axum::Json;
use axum::response::IntoResponse as _;
use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use serde_json::json;

use super::Request;
use super::model::Grant;
use crate::request::{Handled, Rejection};

pub(super) async fn me(request: Request) -> Handled {
    let grant = authenticate(&request)?;
    let state = request.core.state();
    let user = grant.user.as_deref().and_then(|login| state.user(login));
    let body = json!({
        "client_id": grant.client_id,
        "name": user.map(|user| &user.name),
        "email": user.map(|user| &user.email),
        "scopes": grant.scopes,
    });
    Ok(Json(body).into_response())
}

/// Returns the grant of a valid token, otherwise an error response.
fn authenticate(request: &Request) -> Result<Grant, Rejection> {
    let (core, log) = (&request.core, &request.log);
    let (before, after) = &core.setup.options.authorization;
    let realm = format!("{}realm=\"plain\"", before.split_inclusive(' ').next().unwrap_or_default());
    let unauthorized =
        |challenge: String| Rejection::new((StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, challenge)]));
    // The scheme is case-insensitive (RFC 9110 11.1).
    let token = request.header("authorization").and_then(|header| {
        let (scheme, rest) = header.split_at_checked(before.len())?;
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
