//! JSON error responses of the API.

use axum::Json;
use http::StatusCode;
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::{Value, json};

use crate::request::Rejection;

fn body(text: &str) -> Json<Value> {
    Json(json!({ "error": text }))
}

/// A missing or invalid access token.
pub(super) fn unauthorized(token_sent: bool) -> Rejection {
    let challenge = if token_sent { "Bearer error=\"invalid_token\"" } else { "Bearer" };
    let body = body("The access token is missing or not valid.");
    Rejection::new((StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, challenge)], body))
}

pub(super) fn forbidden(text: &str) -> Rejection {
    Rejection::new((StatusCode::FORBIDDEN, body(text)))
}

pub(super) fn not_found(text: &str) -> Rejection {
    Rejection::new((StatusCode::NOT_FOUND, body(text)))
}

/// `{"errors": {"field": "message"}}` (dev.cobot.me/api-docs/users).
pub(super) fn invalid(field: &str, message: &str) -> Rejection {
    Rejection::new((StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "errors": { field: message } }))))
}

pub(super) fn too_many(retry_after: i64) -> Rejection {
    let body = body(&format!("Too many requests. Try again in {retry_after} seconds."));
    Rejection::new((StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, retry_after.to_string())], body))
}
