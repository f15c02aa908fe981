//! Applying a fault to a call.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use http_body::Frame;
use http_body_util::BodyExt as _;

use super::Fault;

/// Marks a response that is not sent: `server::connection` closes the connection instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CloseConnection;

/// Produces the response of a call with `fault`. `work` is the provider's processing.
pub(crate) async fn apply_fault(fault: Fault, work: impl Future<Output = Response>) -> Response {
    match fault {
        Fault::Delay { millis } => {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            work.await
        }
        Fault::DropResponse => {
            work.await;
            connection_closed()
        }
        Fault::TruncateBody => truncated(work.await).await,
        Fault::AfterWork { mut fault } => {
            let mut response = work.await;
            // Nested `AfterWork` still processes the request once.
            while let Fault::AfterWork { fault: inner } = *fault {
                fault = inner;
            }
            if let Fault::Delay { millis } = *fault {
                tokio::time::sleep(Duration::from_millis(millis)).await;
            } else if let Fault::TruncateBody = *fault {
                response = truncated(response).await;
            } else {
                response = replacement(*fault).await;
            }
            response
        }
        other => replacement(other).await,
    }
}

/// The response that a fault sends in place of the provider's.
async fn replacement(fault: Fault) -> Response {
    match fault {
        Fault::Response { status, headers, body } => {
            let mut response = build_response(status, None, body);
            for (name, value) in headers {
                response.headers_mut().append(name, value);
            }
            response
        }
        Fault::Hang => std::future::pending().await,
        Fault::HtmlBadGateway => build_response(
            StatusCode::BAD_GATEWAY,
            Some("text/html"),
            "<html>\n<head><title>502 Bad Gateway</title></head>\n\
             <body><h1>502 Bad Gateway</h1><hr>proxy of the sandbox</body>\n</html>\n",
        ),
        Fault::TooManyRequests { retry_after } => {
            let body = r#"{"error":"too_many_requests","message":"Rate limit exceeded"}"#;
            let mut response = build_response(StatusCode::TOO_MANY_REQUESTS, Some("application/json"), body);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(retry_after));
            response
        }
        Fault::ErrorInOk { error, description } => {
            let mut body = serde_json::json!({ "error": error });
            if let Some(description) = description {
                body["error_description"] = description.into();
            }
            build_response(StatusCode::OK, Some("application/json"), body.to_string())
        }
        Fault::Redirect { status, location } => {
            let status = StatusCode::from_u16(status.into()).unwrap_or(StatusCode::FOUND);
            let mut response = build_response(status, None, "");
            response.headers_mut().insert(LOCATION, location);
            response
        }
        Fault::DropRequest | Fault::DropResponse => connection_closed(),
        // `apply_fault` handles these.
        Fault::Delay { .. } | Fault::TruncateBody | Fault::AfterWork { .. } => connection_closed(),
    }
}

fn build_response(status: StatusCode, content_type: Option<&'static str>, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    if let Some(content_type) = content_type {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    response
}

fn connection_closed() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(CloseConnection);
    response
}

/// `response` with its full `Content-Length` but only half of its body.
async fn truncated(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    // A response without a body gets a `Content-Length` of 1.
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(whole.len().max(1)));
    Response::from_parts(parts, Body::new(HalfBody::Unsent(whole.slice(..whole.len() / 2))))
}

/// A body that fails after its data has been sent.
enum HalfBody {
    Unsent(Bytes),
    /// One poll without data: the server then flushes.
    Flushing,
    Gone,
}

impl http_body::Body for HalfBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        match std::mem::replace(&mut *self, Self::Gone) {
            Self::Unsent(half) => {
                *self = Self::Flushing;
                Poll::Ready(Some(Ok(Frame::data(half))))
            }
            Self::Flushing => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Self::Gone => Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionAborted.into()))),
        }
    }
}
