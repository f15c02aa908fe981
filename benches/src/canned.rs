//! A provider in memory.

use oauth_core::{Call, Transport, TransportError, async_trait, http};

/// The token reply, whoever asks. Of the length that tokens have in practice.
pub const REPLY: &str = concat!(
    r#"{"access_token":"0123456789abcdef0123456789abcdef0123456789abcdef","token_type":"Bearer","expires_in":43200,"#,
    r#""refresh_token":"fedcba9876543210fedcba9876543210fedcba9876543210","scope":"user.read lo.read"}"#
);

/// [`REPLY`] as a response.
pub fn reply() -> http::Response<Vec<u8>> {
    let reply = http::Response::builder().header(http::header::CONTENT_TYPE, "application/json");
    reply.body(REPLY.as_bytes().to_vec()).expect("the reply is well formed")
}

/// Answers every call with [`REPLY`], and goes nowhere.
#[derive(Debug)]
pub struct Canned;

#[async_trait]
impl Transport for Canned {
    async fn call(&self, _: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
        Ok(reply())
    }
}
