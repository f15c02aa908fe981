//! Webhooks that reach a handler.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::routing::post;
use oauth_core::{Error, ErrorKind, WebhookReceiver};
use oauth_web::Webhook;
use tower::ServiceExt as _;

use crate::support::Log;

/// Accepts a key; events are numbers.
struct ByKey;

impl WebhookReceiver for ByKey {
    type Event = u32;

    fn receive(&self, headers: &HeaderMap, body: &[u8]) -> Result<u32, Error> {
        if headers.get("x-key").is_none_or(|key| key != "canary-key") {
            return Err(Error::new(ErrorKind::WebhookRefused, "the webhook has another key"));
        }
        let unreadable = |_| Error::new(ErrorKind::InvalidResponse, "the webhook is not a number");
        serde_json::from_slice(body).map_err(unreadable)
    }
}

const TOO_LONG: &str = "100000000000000000000000";

#[derive(Clone)]
struct AppState {
    receiver: Arc<ByKey>,
    seen: Arc<Mutex<Vec<u32>>>,
}

impl FromRef<AppState> for Arc<ByKey> {
    fn from_ref(state: &AppState) -> Self {
        Arc::clone(&state.receiver)
    }
}

#[tokio::test]
async fn only_accepted_webhooks_reach_the_handler() {
    let state = AppState { receiver: Arc::new(ByKey), seen: Arc::default() };
    let handler = async |axum::extract::State(state): axum::extract::State<AppState>,
                         event: Webhook<ByKey>| {
        state.seen.lock().unwrap().push(*event);
        StatusCode::NO_CONTENT
    };
    let app = Router::new()
        .route("/webhooks", post(handler))
        .layer(DefaultBodyLimit::max(20))
        .with_state(state.clone());
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    for (key, body, status, logged) in [
        ("canary-key", "7", StatusCode::NO_CONTENT, None),
        ("other", "8", StatusCode::UNAUTHORIZED, Some("the webhook has another key")),
        ("canary-key", "nine", StatusCode::BAD_REQUEST, Some("the webhook is not a number")),
        ("canary-key", TOO_LONG, StatusCode::PAYLOAD_TOO_LARGE, Some("the webhook's body exceeds the limit")),
        ("canary-key", "10", StatusCode::NO_CONTENT, None),
    ] {
        let request = Request::post("/webhooks").header("x-key", key).body(Body::from(body)).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{key} {body}");
        assert!(axum::body::to_bytes(response.into_body(), 1).await.unwrap().is_empty());
        let lines = log.take();
        assert_eq!(lines.contains("a webhook was rejected"), logged.is_some(), "{lines}");
        assert!(logged.is_none_or(|logged| lines.contains(logged)), "{lines}");
        assert!(!lines.contains("canary-key") && !lines.contains(TOO_LONG), "{lines}");
    }
    assert_eq!(*state.seen.lock().unwrap(), [7, 10]);
}
