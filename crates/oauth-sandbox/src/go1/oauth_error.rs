//! Errors of `league/oauth2-server` 8.5, which Go1's error codes and code format point to
//! (docs/provider-facts.md 3a): statuses, codes, texts and hints as 8.5.5 sent them on 2026-11-29.

use std::fmt::Display;

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct OAuthError {
    #[serde(skip)]
    status: StatusCode,
    pub(super) error: &'static str,
    error_description: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// The description again, as of old.
    message: &'static str,
}

impl OAuthError {
    fn new(status: StatusCode, error: &'static str, description: &'static str) -> Self {
        Self { status, error, error_description: description, hint: None, message: description }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// `invalid_request`, with a hint or the name of the parameter.
    pub(super) fn request(hint: impl Into<String>) -> Self {
        let text = "The request is missing a required parameter, includes an invalid parameter value, includes a \
                    parameter more than once, or is otherwise malformed.";
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", text).hint(hint)
    }

    pub(super) fn parameter(name: impl Display) -> Self {
        Self::request(format!("Check the `{name}` parameter"))
    }

    /// Also for a redirect URI that is not registered.
    pub(super) fn client() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_client", "Client authentication failed")
    }

    /// Also for a `response_type` that is not supported.
    pub(super) fn grant_type() -> Self {
        let text = "The authorization grant type is not supported by the authorization server.";
        Self::new(StatusCode::BAD_REQUEST, "unsupported_grant_type", text)
            .hint("Check that all required parameters have been provided")
    }

    pub(super) fn scope(unknown: &str) -> Self {
        let text = "The requested scope is invalid, unknown, or malformed";
        Self::new(StatusCode::BAD_REQUEST, "invalid_scope", text).hint(format!("Check the `{unknown}` scope"))
    }

    pub(super) fn refresh(hint: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_request", "The refresh token is invalid.").hint(hint)
    }

    pub(super) fn user_credentials() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_grant", "The user credentials were incorrect.")
    }

    pub(super) fn pairs(&self) -> Vec<(&str, &str)> {
        let mut pairs = vec![("error", self.error), ("error_description", self.error_description)];
        pairs.extend(self.hint.as_deref().map(|hint| ("hint", hint)));
        pairs.push(("message", self.message));
        pairs
    }

    /// The JSON response. `with_header`: the request had an `Authorization` header.
    pub(super) fn response(&self, with_header: bool) -> Response {
        if self.error == "invalid_client" && with_header {
            let challenge = [(WWW_AUTHENTICATE, "Basic realm=\"OAuth\"")];
            return (self.status, challenge, Json(self)).into_response();
        }
        (self.status, Json(self)).into_response()
    }
}
