//! JSON error responses of the API.

use axum::response::{IntoResponse, Response};
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

/// An error response: status, JSON body and headers.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    body: Value,
    challenge: Option<&'static str>,
    retry_after: Option<i64>,
}

impl ApiError {
    fn new(status: StatusCode, body: Value) -> Self {
        Self { status, body, challenge: None, retry_after: None }
    }

    fn error(status: StatusCode, text: &str) -> Self {
        Self::new(status, json!({ "error": text }))
    }

    /// A missing or invalid access token.
    pub(super) fn unauthorized(token_sent: bool) -> Self {
        let challenge = if token_sent { "Bearer error=\"invalid_token\"" } else { "Bearer" };
        Self {
            challenge: Some(challenge),
            ..Self::error(StatusCode::UNAUTHORIZED, "The access token is missing or not valid.")
        }
    }

    pub(super) fn forbidden(text: &str) -> Self {
        Self::error(StatusCode::FORBIDDEN, text)
    }

    pub(super) fn not_found(text: &str) -> Self {
        Self::error(StatusCode::NOT_FOUND, text)
    }

    /// `{"errors": {"field": "message"}}` (dev.cobot.me/api-docs/users).
    pub(super) fn invalid(field: &str, message: &str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, json!({ "errors": { field: message } }))
    }

    pub(super) fn too_many(retry_after: i64) -> Self {
        let text = format!("Too many requests. Try again in {retry_after} seconds.");
        Self { retry_after: Some(retry_after), ..Self::error(StatusCode::TOO_MANY_REQUESTS, &text) }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(self.body)).into_response();
        if let Some(challenge) = self.challenge {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
