//! A provider in memory with a fixed token response.

use oauth_core::{Call, Transport, TransportError, async_trait, http};

/// Body of the token response, with tokens of realistic length.
pub const REPLY: &str = concat!(
    r#"{"access_token":"0123456789abcdef0123456789abcdef0123456789abcdef","token_type":"Bearer","expires_in":43200,"#,
    r#""refresh_token":"fedcba9876543210fedcba9876543210fedcba9876543210","scope":"user.read lo.read"}"#
);

/// [`REPLY`] as an HTTP response.
pub fn response() -> http::Response<Vec<u8>> {
    let response = http::Response::builder().header(http::header::CONTENT_TYPE, "application/json");
    response.body(REPLY.as_bytes().to_vec()).expect("a valid response")
}

/// Responds to every call with [`REPLY`], without a network.
#[derive(Debug)]
pub struct FixedResponse;

#[async_trait]
impl Transport for FixedResponse {
    async fn call(&self, _: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
        Ok(response())
    }
}
