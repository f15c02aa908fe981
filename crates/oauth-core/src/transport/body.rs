//! Reading of a response body up to a limit.

use std::pin::pin;

use bytes::Buf as _;
use http_body::Body;
use http_body_util::BodyExt as _;

use crate::transport::transport::{BodySink, TransportError};

/// Reads the whole body of `response`, at most `cap` bytes, into `sink` if that accepts it.
///
/// Each chunk is copied and freed: a hostile server's chunks of one byte would occupy many times their size.
pub(super) async fn collect<B>(
    response: http::Response<B>,
    cap: usize,
    sink: Option<&mut dyn BodySink>,
) -> Result<http::Response<Vec<u8>>, TransportError>
where
    B: Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (parts, body) = response.into_parts();
    let too_long = TransportError::BodyTooLarge { limit: cap };
    // The announced size is only used to fail early: no memory is reserved for it.
    if body.size_hint().lower() > cap as u64 {
        return Err(too_long);
    }
    let mut sink = match sink {
        Some(sink) => sink.accept(&parts).map_err(TransportError::Sink)?.then_some(sink),
        None => None,
    };
    let mut body = pin!(body);
    let mut bytes = Vec::new();
    let mut left = cap;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| TransportError::Unanswered(error.into()))?;
        let Ok(mut data) = frame.into_data() else { continue };
        while data.has_remaining() {
            let part = data.chunk();
            let length = part.len();
            left = match left.checked_sub(length) {
                Some(left) => left,
                None => return Err(too_long),
            };
            match &mut sink {
                Some(sink) => sink.write(part).map_err(TransportError::Sink)?,
                None => bytes.extend_from_slice(part),
            }
            data.advance(length);
        }
    }
    Ok(http::Response::from_parts(parts, bytes))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use bytes::Bytes;
    use http_body::Frame;

    use super::*;

    /// A body in chunks of one byte, each in a separate buffer.
    struct Bytewise(usize);

    impl Body for Bytewise {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            if self.0 == 0 {
                return Poll::Ready(None);
            }
            self.0 -= 1;
            Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![b'x'; 64]).slice(..1)))))
        }
    }

    #[test]
    fn small_chunks_take_no_extra_memory() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut read = None;
        let memory = allocation_counter::measure(|| {
            read = Some(runtime.block_on(collect(http::Response::new(Bytewise(1 << 20)), 1 << 20, None)));
        });
        assert_eq!(read.unwrap().unwrap().body().len(), 1 << 20);
        // A growing vector holds its bytes twice.
        assert!(memory.bytes_max < 4 << 20, "{} bytes", memory.bytes_max);
    }

    #[tokio::test]
    async fn rejects_body_above_limit() {
        let read = collect(http::Response::new(Bytewise(10)), 9, None).await;
        assert!(matches!(read, Err(TransportError::BodyTooLarge { limit: 9 })), "{read:?}");
    }
}
