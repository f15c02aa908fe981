//! The controls over HTTP, for other processes. Whoever calls must know the key that was made up at the start.
//!
//! Under the control URL, each request with the header `X-Sandbox-Key`:
//!
//! | Request | Body | Answer |
//! |---|---|---|
//! | `GET /{provider}/now` | | `{"now":"…"}` (RFC 3339) |
//! | `POST /{provider}/advance` | `{"seconds":N}` | `{"now":"…"}` |
//! | `POST /{provider}/faults` | `{"on":"token"\|"api","fault":{…}}`, see [`Fault`] | 204 |
//! | `GET /{provider}/journal` | | the [`Journal`](crate::Journal) |
//! | `POST /{provider}/reset` | | 204 |
//! | `POST /all/advance`, `POST /all/reset` | as above | as above |
//!
//! Errors are `{"error":"…"}` with 400, 401 or 404.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use subtle::ConstantTimeEq as _;

use crate::fault::{Fault, On};
use crate::played::Controls;

/// The header with the key.
pub(crate) const KEY_HEADER: &str = "x-sandbox-key";

/// Means every provider.
const ALL: &str = "all";

struct Panel {
    key: String,
    providers: Vec<Arc<dyn Controls>>,
}

type Shared = Arc<Panel>;

/// The control server's router for `providers`, under `key`.
pub(crate) fn router(key: String, providers: Vec<Arc<dyn Controls>>) -> Router {
    let panel = Arc::new(Panel { key, providers });
    Router::new()
        .route("/{provider}/now", get(now))
        .route("/{provider}/advance", post(advance))
        .route("/{provider}/faults", post(faults))
        .route("/{provider}/journal", get(journal))
        .route("/{provider}/reset", post(reset))
        .fallback(async || Problem::NotFound)
        .layer(from_fn_with_state(Arc::clone(&panel), guard))
        .with_state(panel)
}

enum Problem {
    Key,
    NotFound,
    Body(String),
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::Key => (StatusCode::UNAUTHORIZED, format!("the header {KEY_HEADER} is missing or wrong")),
            Self::NotFound => (StatusCode::NOT_FOUND, "no such provider or control".to_owned()),
            Self::Body(error) => (StatusCode::BAD_REQUEST, error),
        };
        (status, Json(json!({ "error": error }))).into_response()
    }
}

/// Before anything else, so that without the key not even the providers' names are told.
async fn guard(State(panel): State<Shared>, request: Request, next: Next) -> Result<Response, Problem> {
    let given = request.headers().get(KEY_HEADER).map(|value| value.as_bytes()).unwrap_or_default();
    if bool::from(given.ct_eq(panel.key.as_bytes())) {
        Ok(next.run(request).await)
    } else {
        Err(Problem::Key)
    }
}

impl Panel {
    fn one(&self, name: &str) -> Result<&dyn Controls, Problem> {
        self.providers
            .iter()
            .find(|provider| provider.name() == name)
            .map(AsRef::as_ref)
            .ok_or(Problem::NotFound)
    }

    /// The one of that name, or every one for `all`.
    fn some(&self, name: &str) -> Result<Vec<&dyn Controls>, Problem> {
        if name == ALL {
            Ok(self.providers.iter().map(AsRef::as_ref).collect())
        } else {
            Ok(vec![self.one(name)?])
        }
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // The content type does not matter to whoever controls a sandbox with a one-liner.
    serde_json::from_slice(body).map_err(|error| Problem::Body(error.to_string()))
}

fn time(provider: &dyn Controls) -> Response {
    Json(json!({ "now": provider.now() })).into_response()
}

async fn now(State(panel): State<Shared>, Path(name): Path<String>) -> Result<Response, Problem> {
    Ok(time(panel.one(&name)?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u64,
}

async fn advance(
    State(panel): State<Shared>,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let providers = panel.some(&name)?;
    let Advance { seconds } = read(&body)?;
    for provider in &providers {
        provider.advance(Duration::from_secs(seconds));
    }
    Ok(providers.first().map_or_else(|| StatusCode::NO_CONTENT.into_response(), |provider| time(*provider)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Queue {
    on: On,
    fault: Fault,
}

async fn faults(
    State(panel): State<Shared>,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let provider = panel.one(&name)?;
    let Queue { on, fault } = read(&body)?;
    provider.fault(on, fault);
    Ok(StatusCode::NO_CONTENT)
}

async fn journal(State(panel): State<Shared>, Path(name): Path<String>) -> Result<Response, Problem> {
    Ok(Json(panel.one(&name)?.journal()).into_response())
}

async fn reset(State(panel): State<Shared>, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    for provider in panel.some(&name)? {
        provider.reset();
    }
    Ok(StatusCode::NO_CONTENT)
}
