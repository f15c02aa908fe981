//! The extractor of webhooks for handlers.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use oauth_core::{Error, ErrorKind, WebhookReceiver};

/// An extractor of the event of a webhook.
///
/// Only a request that the receiver accepts reaches the handler; what a receiver checks depends on the
/// provider. A request that it refuses gets 401, and one that cannot be read gets 400. One whose body
/// exceeds axum's limit, 2 MiB by default, gets 413. No response says why: the log does, at level `WARN`.
///
/// The application's state contains the receiver in an [`Arc`] (`FromRef`).
///
/// ```
/// use std::sync::Arc;
///
/// use axum::{Router, http::StatusCode, routing::post};
/// use oauth_core::WebhookReceiver;
/// use oauth_web::Webhook;
///
/// async fn receive<R: WebhookReceiver<Event = String>>(event: Webhook<R>) -> StatusCode {
///     println!("{}", *event);
///     StatusCode::NO_CONTENT
/// }
///
/// fn app<R: WebhookReceiver<Event = String>>(receiver: R) -> Router {
///     Router::new().route("/webhooks", post(receive::<R>)).with_state(Arc::new(receiver))
/// }
/// ```
pub struct Webhook<R: WebhookReceiver>(pub R::Event);

impl<R: WebhookReceiver> Deref for Webhook<R> {
    type Target = R::Event;

    fn deref(&self) -> &R::Event {
        &self.0
    }
}

impl<R: WebhookReceiver<Event: fmt::Debug>> fmt::Debug for Webhook<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Webhook").field(&self.0).finish()
    }
}

impl<S, R> FromRequest<S> for Webhook<R>
where
    S: Send + Sync,
    R: WebhookReceiver,
    Arc<R>: FromRef<S>,
{
    type Rejection = WebhookRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebhookRejection> {
        let headers = request.headers().clone();
        let body = Bytes::from_request(request, state).await.map_err(|rejection| {
            let status = rejection.status();
            let error = if status == StatusCode::PAYLOAD_TOO_LARGE {
                Error::new(ErrorKind::InvalidResponse, "the webhook's body exceeds the limit")
                    .with_help("raise axum's DefaultBodyLimit, if the provider sends such bodies")
            } else {
                Error::new(ErrorKind::InvalidResponse, "the webhook's body did not arrive")
            };
            WebhookRejection::new(status, error)
        })?;
        let receiver = Arc::<R>::from_ref(state);
        receiver.receive(&headers, &body).map(Self).map_err(|error| {
            let status = match error.kind() {
                ErrorKind::WebhookRefused => StatusCode::UNAUTHORIZED,
                _ => StatusCode::BAD_REQUEST,
            };
            WebhookRejection::new(status, error)
        })
    }
}

/// A rejected webhook. The response has the status only.
#[derive(Debug)]
pub struct WebhookRejection {
    status: StatusCode,
    error: Error,
}

impl WebhookRejection {
    fn new(status: StatusCode, error: Error) -> Self {
        tracing::warn!(kind = error.kind().as_str(), %status, %error, "a webhook was rejected");
        Self { status, error }
    }

    /// Returns the receiver's error, or that of a body that could not be read.
    pub fn error(&self) -> &Error {
        &self.error
    }
}

impl IntoResponse for WebhookRejection {
    fn into_response(self) -> Response {
        self.status.into_response()
    }
}
