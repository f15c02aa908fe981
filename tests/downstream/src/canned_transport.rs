//! A transport without a network.

use cobot::{Call, Transport, TransportError, async_trait, http};

/// Returns the same body for every request.
#[derive(Clone, Debug)]
pub struct CannedTransport(pub &'static str);

#[async_trait]
impl Transport for CannedTransport {
    async fn call(&self, call: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
        if self.0.len() > call.body_cap {
            return Err(TransportError::BodyTooLarge { limit: call.body_cap });
        }
        Ok(http::Response::new(self.0.as_bytes().to_vec()))
    }
}
