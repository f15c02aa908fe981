//! Long polling: returns the page as soon as it has changed.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::app_state::AppState;
use super::page;

/// Timeout of a request.
const POLL_TIMEOUT: Duration = Duration::from_secs(20);
/// Delay to combine changes in quick succession.
const DEBOUNCE: Duration = Duration::from_millis(60);

/// The version that the browser has.
#[derive(Debug, Deserialize)]
pub(super) struct KnownVersion {
    after: u64,
}

/// `GET /live`: the page when it has changed, or 204 on timeout or shutdown.
pub(super) async fn live_update(
    State(state): State<Arc<AppState>>,
    Query(known): Query<KnownVersion>,
) -> Response {
    let mut version = state.log().version();
    let newer = async { version.wait_for(|version| *version != known.after).await.is_ok() };
    let is_newer = tokio::select! {
        is_newer = newer => is_newer,
        () = tokio::time::sleep(POLL_TIMEOUT) => false,
        () = state.wait_for_shutdown() => false,
    };
    if !is_newer {
        return StatusCode::NO_CONTENT.into_response();
    }
    tokio::time::sleep(DEBOUNCE).await;
    page::render(&state).await.into_response()
}
