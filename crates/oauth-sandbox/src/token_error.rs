//! Error responses of token endpoints.

use http::StatusCode;
use serde::Serialize;

#[derive(Debug, Serialize)]
pub(crate) struct TokenError {
    pub(crate) error: &'static str,
    #[serde(rename = "error_description")]
    pub(crate) description: String,
}

impl TokenError {
    pub(crate) fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self { error, description: description.into() }
    }

    pub(crate) fn missing(parameter: &str) -> Self {
        Self::new("invalid_request", format!("{parameter} is missing"))
    }

    pub(crate) fn status(&self) -> StatusCode {
        if self.error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST }
    }
}
