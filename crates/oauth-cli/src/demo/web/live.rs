//! The page as soon as it is different: what the script asks for, again and again.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::page;
use super::world::World;

/// How long one question waits for something new.
const LONGEST: Duration = Duration::from_secs(20);
/// What happens in quick succession is shown together.
const PAUSE: Duration = Duration::from_millis(60);

/// What the browser knows already.
#[derive(Debug, Deserialize)]
pub(super) struct Known {
    after: u64,
}

/// The page, once it is newer; nothing if that takes too long, or the demo ends.
pub(super) async fn live(State(world): State<Arc<World>>, Query(known): Query<Known>) -> Response {
    let mut version = world.log().version();
    let newer = async { version.wait_for(|version| *version != known.after).await.is_ok() };
    let is_newer = tokio::select! {
        is_newer = newer => is_newer,
        () = tokio::time::sleep(LONGEST) => false,
        () = world.ending() => false,
    };
    if !is_newer {
        return StatusCode::NO_CONTENT.into_response();
    }
    tokio::time::sleep(PAUSE).await;
    page::render(&world).await.into_response()
}
