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
/// A request that the receiver rejects gets 401 and never reaches the handler; one that cannot be read gets
/// 400. Neither response says why: the log does, at level `WARN`. A body has axum's limit, 2 MiB by default.
///
/// The router's state is the receiver in an [`Arc`]:
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
///
/// A state with more in it contains the receiver, by [`FromRef`]:
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// use axum::extract::{FromRef, State};
/// use axum::{Router, http::StatusCode, routing::post};
/// use go1::webhook::Receiver;
/// use oauth_web::Webhook;
///
/// #[derive(Clone)]
/// struct AppState {
///     receiver: Arc<Receiver>,
///     completed: Arc<AtomicUsize>,
/// }
///
/// impl FromRef<AppState> for Arc<Receiver> {
///     fn from_ref(state: &AppState) -> Self {
///         Arc::clone(&state.receiver)
///     }
/// }
///
/// // The extractor that reads the body is the last argument.
/// async fn receive(State(state): State<AppState>, event: Webhook<Receiver>) -> StatusCode {
///     println!("{:?}", *event);
///     state.completed.fetch_add(1, Ordering::Relaxed);
///     StatusCode::NO_CONTENT
/// }
///
/// fn app(receiver: Receiver) -> Router {
///     let state = AppState { receiver: Arc::new(receiver), completed: Arc::default() };
///     Router::new().route("/webhooks", post(receive)).with_state(state)
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
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| WebhookRejection { status: rejection.status(), error: None })?;
        let receiver = Arc::<R>::from_ref(state);
        receiver.receive(&headers, &body).map(Self).map_err(|error| {
            let status = match error.kind() {
                ErrorKind::WebhookRefused => StatusCode::UNAUTHORIZED,
                _ => StatusCode::BAD_REQUEST,
            };
            tracing::warn!(kind = error.kind().as_str(), %error, "a webhook was rejected");
            WebhookRejection { status, error: Some(error) }
        })
    }
}

/// A rejected webhook. The response has the status only.
#[derive(Debug)]
pub struct WebhookRejection {
    status: StatusCode,
    error: Option<Error>,
}

impl WebhookRejection {
    /// Returns the receiver's error; `None` if the body could not be read.
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }
}

impl IntoResponse for WebhookRejection {
    fn into_response(self) -> Response {
        self.status.into_response()
    }
}
