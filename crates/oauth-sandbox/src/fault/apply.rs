//! Making a fault happen.

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

/// Marks a response that must not be sent: the connection is closed instead (see `server::connection`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct CloseConnection;

/// Answers as `fault` says, with or without the provider's `work`.
pub(crate) async fn apply_fault(fault: Fault, work: impl Future<Output = Response>) -> Response {
    match fault {
        Fault::Delay { millis } => {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            work.await
        }
        Fault::DropResponse => {
            work.await;
            severed()
        }
        Fault::TruncateBody => truncated(work.await).await,
        Fault::AfterWork { mut fault } => {
            let mut answered = work.await;
            // However deep it is wrapped, the work is done once.
            while let Fault::AfterWork { fault: inner } = *fault {
                fault = inner;
            }
            if let Fault::Delay { millis } = *fault {
                tokio::time::sleep(Duration::from_millis(millis)).await;
            } else if let Fault::TruncateBody = *fault {
                answered = truncated(answered).await;
            } else {
                answered = instead(*fault).await;
            }
            answered
        }
        other => instead(other).await,
    }
}

/// What takes the place of an answer.
async fn instead(fault: Fault) -> Response {
    match fault {
        Fault::Response { status, headers, body } => {
            let mut response = answer(status, None, body);
            for (name, value) in headers {
                response.headers_mut().append(name, value);
            }
            response
        }
        Fault::Hang => std::future::pending().await,
        Fault::HtmlBadGateway => answer(
            StatusCode::BAD_GATEWAY,
            Some("text/html"),
            "<html>\n<head><title>502 Bad Gateway</title></head>\n\
             <body><h1>502 Bad Gateway</h1><hr>proxy of the sandbox</body>\n</html>\n",
        ),
        Fault::TooManyRequests { retry_after } => {
            let body = r#"{"error":"too_many_requests","message":"Rate limit exceeded"}"#;
            let mut response = answer(StatusCode::TOO_MANY_REQUESTS, Some("application/json"), body);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(retry_after));
            response
        }
        Fault::ErrorInOk { error, description } => {
            let mut body = serde_json::json!({ "error": error });
            if let Some(description) = description {
                body["error_description"] = description.into();
            }
            answer(StatusCode::OK, Some("application/json"), body.to_string())
        }
        Fault::Redirect { status, location } => {
            let status = StatusCode::from_u16(status.into()).unwrap_or(StatusCode::FOUND);
            let mut response = answer(status, None, "");
            response.headers_mut().insert(LOCATION, location);
            response
        }
        Fault::DropRequest | Fault::DropResponse => severed(),
        // `apply_fault` has dealt with these.
        Fault::Delay { .. } | Fault::TruncateBody | Fault::AfterWork { .. } => severed(),
    }
}

fn answer(status: StatusCode, content_type: Option<&'static str>, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    if let Some(content_type) = content_type {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    response
}

fn severed() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(CloseConnection);
    response
}

/// `response` with its whole `Content-Length` but only half of its body.
async fn truncated(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    // An answer without a body promises one anyway.
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(whole.len().max(1)));
    Response::from_parts(parts, Body::new(Half::Unsent(whole.slice(..whole.len() / 2))))
}

/// A body that ends too early, but only after what there is has gone out.
enum Half {
    Unsent(Bytes),
    /// The server flushes when a body has nothing ready, so this is one poll without data.
    Flushing,
    Gone,
}

impl http_body::Body for Half {
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
