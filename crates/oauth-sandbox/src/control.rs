//! Control over HTTP, for other processes. Every call needs the key that was generated at the start.
//!
//! The README lists all controls.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use crate::fault::{Fault, FaultTarget};
use crate::provider::ProviderControls;

/// The header with the key.
pub(crate) const KEY_HEADER: &str = "x-sandbox-key";

/// Enough for any fault, including its response body.
const MAX_BODY: usize = 64 * 1024;

/// The provider name that addresses all providers.
const ALL: &str = "all";

struct ControlPanel {
    key: String,
    providers: Vec<Arc<dyn ProviderControls>>,
}

type SharedPanel = Arc<ControlPanel>;

/// Builds the control server's routes.
pub(crate) fn router(key: String, providers: Vec<Arc<dyn ProviderControls>>) -> Router {
    let panel = Arc::new(ControlPanel { key, providers });
    let provider_routes = panel.providers.iter().fold(Router::new(), |routes, provider| {
        routes.nest(&format!("/{}", provider.name()), Arc::clone(provider).provider_routes())
    });
    Router::new()
        .route("/{provider}/now", get(now))
        .route("/{provider}/advance", post(advance))
        .route("/{provider}/faults", post(faults))
        .route("/{provider}/journal", get(journal))
        .route("/{provider}/options", get(options).post(set_options))
        .route("/{provider}/reset", post(reset))
        .with_state(Arc::clone(&panel))
        .merge(provider_routes)
        .fallback(async || ControlError::NotFound)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(panel, check_key))
}

/// A rejected control call.
#[derive(Debug)]
pub(crate) enum ControlError {
    Key,
    NotFound,
    Body(String),
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::Key => (StatusCode::UNAUTHORIZED, format!("the header {KEY_HEADER} is missing or wrong")),
            Self::NotFound => (StatusCode::NOT_FOUND, "no such provider or control".to_owned()),
            Self::Body(error) => (StatusCode::BAD_REQUEST, error),
        };
        (status, Json(json!({ "error": error }))).into_response()
    }
}

/// Runs before routing, so that a caller without the key cannot learn the providers' names.
async fn check_key(
    State(panel): State<SharedPanel>,
    request: Request,
    next: Next,
) -> Result<Response, ControlError> {
    let given = request.headers().get(KEY_HEADER).map(|value| value.as_bytes()).unwrap_or_default();
    if bool::from(given.ct_eq(panel.key.as_bytes())) {
        Ok(next.run(request).await)
    } else {
        Err(ControlError::Key)
    }
}

impl ControlPanel {
    fn provider(&self, name: &str) -> Result<&dyn ProviderControls, ControlError> {
        self.providers
            .iter()
            .find(|provider| provider.name() == name)
            .map(AsRef::as_ref)
            .ok_or(ControlError::NotFound)
    }

    /// The provider of that name, or all of them for `all`.
    fn providers(&self, name: &str) -> Result<Vec<&dyn ProviderControls>, ControlError> {
        if name == ALL {
            Ok(self.providers.iter().map(AsRef::as_ref).collect())
        } else {
            Ok(vec![self.provider(name)?])
        }
    }
}

/// Parses a JSON body.
pub(crate) fn parse_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, ControlError> {
    // The content type is not checked: `curl -d` sends another one by default.
    serde_json::from_slice(body).map_err(|error| ControlError::Body(error.to_string()))
}

fn time_response(provider: &dyn ProviderControls) -> Response {
    Json(json!({ "now": provider.now() })).into_response()
}

async fn now(State(panel): State<SharedPanel>, Path(name): Path<String>) -> Result<Response, ControlError> {
    Ok(time_response(panel.provider(&name)?))
}

/// The body of a registration.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientName {
    name: String,
}

/// Registers an application with `register`, which returns its identifier and secret.
pub(crate) fn register_client(
    body: &[u8],
    register: impl FnOnce(&str) -> (String, String),
) -> Result<Json<Value>, ControlError> {
    let ClientName { name } = parse_body(body)?;
    if name.trim().is_empty() {
        return Err(ControlError::Body("the name is empty".to_owned()));
    }
    let (client_id, client_secret) = register(&name);
    Ok(Json(json!({ "client_id": client_id, "client_secret": client_secret })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u64,
}

async fn advance(
    State(panel): State<SharedPanel>,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Response, ControlError> {
    let providers = panel.providers(&name)?;
    let Advance { seconds } = parse_body(&body)?;
    for provider in &providers {
        provider.advance(Duration::from_secs(seconds));
    }
    Ok(providers
        .first()
        .map_or_else(|| StatusCode::NO_CONTENT.into_response(), |provider| time_response(*provider)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QueueFault {
    on: FaultTarget,
    fault: Fault,
}

async fn faults(
    State(panel): State<SharedPanel>,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<StatusCode, ControlError> {
    let provider = panel.provider(&name)?;
    let QueueFault { on, fault } = parse_body(&body)?;
    if provider.queue_fault(on, fault) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ControlError::Body("the queue of faults is full".to_owned()))
    }
}

async fn journal(
    State(panel): State<SharedPanel>,
    Path(name): Path<String>,
) -> Result<Response, ControlError> {
    Ok(Json(panel.provider(&name)?.journal()).into_response())
}

/// The options, and the address over plain HTTP next to TLS.
async fn options(
    State(panel): State<SharedPanel>,
    Path(name): Path<String>,
) -> Result<Response, ControlError> {
    let provider = panel.provider(&name)?;
    let mut body = json!(provider.switches());
    if let Some(url) = provider.plain_url() {
        body["plain_url"] = url.into();
    }
    Ok(Json(body).into_response())
}

async fn set_options(
    State(panel): State<SharedPanel>,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<StatusCode, ControlError> {
    let provider = panel.provider(&name)?;
    let changes: BTreeMap<String, bool> = parse_body(&body)?;
    provider.switch(&changes).map_err(|name| {
        let known: Vec<&str> = provider.switches().into_keys().collect();
        ControlError::Body(format!("there is no option `{name}`; there are: {}", known.join(", ")))
    })?;
    Ok(StatusCode::NO_CONTENT)
}

async fn reset(
    State(panel): State<SharedPanel>,
    Path(name): Path<String>,
) -> Result<StatusCode, ControlError> {
    for provider in panel.providers(&name)? {
        provider.reset();
    }
    Ok(StatusCode::NO_CONTENT)
}
