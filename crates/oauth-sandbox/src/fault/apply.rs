//! Applying a fault to a call.

use std::future::{Future, ready};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use http_body::Frame;
use http_body_util::BodyExt as _;
use serde_json::json;

use super::Fault;

/// Marks a response that is not sent: `server::connection` closes the connection instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CloseConnection;

/// Produces the response of a call with `fault`. `work` is the provider's processing.
pub(crate) async fn apply_fault(
    fault: Fault,
    work: Pin<Box<dyn Future<Output = Response> + Send>>,
) -> Response {
    match fault {
        Fault::Response { status, headers, body } => {
            let mut response = (status, Body::from(body)).into_response();
            for (name, value) in headers {
                response.headers_mut().append(name, value);
            }
            response
        }
        Fault::Delay { millis } => {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            work.await
        }
        Fault::Hang => std::future::pending().await,
        Fault::DropRequest => Extension(CloseConnection).into_response(),
        Fault::DropResponse => {
            work.await;
            Extension(CloseConnection).into_response()
        }
        Fault::TruncateBody => truncated(work.await).await,
        Fault::HtmlBadGateway => {
            let page = "<html>\n<head><title>502 Bad Gateway</title></head>\n\
                        <body><h1>502 Bad Gateway</h1><hr>proxy of the sandbox</body>\n</html>\n";
            (StatusCode::BAD_GATEWAY, [(CONTENT_TYPE, "text/html")], page).into_response()
        }
        Fault::TooManyRequests { retry_after } => {
            let body = json!({ "error": "too_many_requests", "message": "Rate limit exceeded" });
            let headers = [(RETRY_AFTER, HeaderValue::from(retry_after))];
            (StatusCode::TOO_MANY_REQUESTS, headers, Json(body)).into_response()
        }
        Fault::ErrorInOk { error, description } => {
            let mut body = json!({ "error": error });
            if let Some(description) = description {
                body["error_description"] = description.into();
            }
            Json(body).into_response()
        }
        Fault::Redirect { status, location } => {
            let status = StatusCode::from_u16(status.into()).unwrap_or(StatusCode::FOUND);
            (status, [(LOCATION, location)]).into_response()
        }
        Fault::AfterWork { fault } => {
            let response = work.await;
            Box::pin(apply_fault(*fault, Box::pin(ready(response)))).await
        }
    }
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
