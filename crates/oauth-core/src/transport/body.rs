//! Reading a body up to a cap.

use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::TransportError;

/// Reads all of `response`, but no more than `cap` bytes.
pub(super) async fn collect<B>(
    response: http::Response<B>,
    cap: usize,
) -> Result<http::Response<Vec<u8>>, TransportError>
where
    B: http_body::Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (parts, body) = response.into_parts();
    let bytes = Box::pin(Limited::new(body, cap)).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            TransportError::TooLong { cap }
        } else {
            TransportError::Unanswered(error)
        }
    })?;
    Ok(http::Response::from_parts(parts, bytes.to_bytes().into()))
}
