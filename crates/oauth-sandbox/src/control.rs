//! Control over HTTP, for other processes. Every call needs the key that was generated at the start.
//!
//! The README lists all controls.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use crate::clock::SandboxClock;
use crate::fault::{Fault, FaultTarget};
use crate::journal::Journal;
use crate::provider::{ProviderRules, ProviderState as _, SharedCore};

const KEY_HEADER: &str = "x-sandbox-key";

/// Enough for any fault, including its response body.
const MAX_BODY: usize = 64 * 1024;

pub(crate) struct ProviderControls {
    name: &'static str,
    routes: Router,
    clock: SandboxClock,
    reset: Box<dyn Fn() + Send + Sync>,
}

impl ProviderControls {
    pub(crate) fn new<P: ProviderRules>(core: &SharedCore<P>) -> Self {
        let routes = Router::new()
            .route("/now", get(now::<P>))
            .route("/advance", post(advance::<P>))
            .route("/faults", post(faults::<P>))
            .route("/journal", get(journal::<P>))
            .route("/options", get(options::<P>).post(set_options::<P>))
            .route("/revoke", post(revoke::<P>))
            .route("/reset", post(reset::<P>))
            .merge(P::controls())
            .with_state(Arc::clone(core));
        let (clock, core) = (core.clock.clone(), Arc::clone(core));
        Self { name: P::NAME, routes, clock, reset: Box::new(move || core.reset()) }
    }
}

type AllProviders = Arc<Vec<ProviderControls>>;

pub(crate) fn router(key: String, providers: Vec<ProviderControls>) -> Router {
    let routes = providers.iter().fold(Router::new(), |routes, provider| {
        routes.nest(&format!("/{}", provider.name), provider.routes.clone())
    });
    Router::new()
        .route("/all/advance", post(advance_all))
        .route("/all/reset", post(reset_all))
        .with_state(Arc::new(providers))
        .merge(routes)
        .fallback(async || ControlError::NotFound)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(Arc::<str>::from(key), check_key))
}

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
    State(key): State<Arc<str>>,
    request: Request,
    next: Next,
) -> Result<Response, ControlError> {
    let given = request.headers().get(KEY_HEADER).map(|value| value.as_bytes()).unwrap_or_default();
    if bool::from(given.ct_eq(key.as_bytes())) { Ok(next.run(request).await) } else { Err(ControlError::Key) }
}

pub(crate) fn parse_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, ControlError> {
    // The content type is not checked: `curl -d` sends another one by default.
    serde_json::from_slice(body).map_err(|error| ControlError::Body(error.to_string()))
}

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

async fn now<P: ProviderRules>(State(core): State<SharedCore<P>>) -> Json<Value> {
    Json(json!({ "now": core.now() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u64,
}

async fn advance<P: ProviderRules>(
    State(core): State<SharedCore<P>>,
    body: Bytes,
) -> Result<Json<Value>, ControlError> {
    let Advance { seconds } = parse_body(&body)?;
    core.clock.advance(Duration::from_secs(seconds));
    Ok(Json(json!({ "now": core.now() })))
}

async fn advance_all(
    State(providers): State<AllProviders>,
    body: Bytes,
) -> Result<Json<Value>, ControlError> {
    let Advance { seconds } = parse_body(&body)?;
    for provider in providers.iter() {
        provider.clock.advance(Duration::from_secs(seconds));
    }
    Ok(Json(json!({ "now": providers[0].clock.now() })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QueueFault {
    on: FaultTarget,
    fault: Fault,
}

async fn faults<P: ProviderRules>(
    State(core): State<SharedCore<P>>,
    body: Bytes,
) -> Result<StatusCode, ControlError> {
    let QueueFault { on, fault } = parse_body(&body)?;
    if core.faults.push(on, fault) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ControlError::Body("the queue of faults is full".to_owned()))
    }
}

async fn journal<P: ProviderRules>(State(core): State<SharedCore<P>>) -> Json<Journal> {
    Json(core.journal.copy())
}

async fn revoke<P: ProviderRules>(State(core): State<SharedCore<P>>) -> StatusCode {
    core.state().revoke_access();
    StatusCode::NO_CONTENT
}

/// The options that can be switched, and the address over plain HTTP next to TLS.
async fn options<P: ProviderRules>(State(core): State<SharedCore<P>>) -> Json<Value> {
    let mut options = core.options();
    let mut body = json!(P::switches(&mut options).into_iter().collect::<BTreeMap<_, _>>());
    if let Some(url) = &core.urls.plain {
        body["plain_url"] = url.as_str().into();
    }
    Json(body)
}

/// Changes these options, or none if a name is unknown.
async fn set_options<P: ProviderRules>(
    State(core): State<SharedCore<P>>,
    body: Bytes,
) -> Result<StatusCode, ControlError> {
    let changes: BTreeMap<String, bool> = parse_body(&body)?;
    let mut options = core.options();
    let mut switches: BTreeMap<_, _> = P::switches(&mut options).into_iter().collect();
    if let Some(name) = changes.keys().find(|name| !switches.contains_key(name.as_str())) {
        let known: Vec<_> = switches.into_keys().collect();
        let text = format!("there is no option `{name}`; there are: {}", known.join(", "));
        return Err(ControlError::Body(text));
    }
    for (name, change) in &changes {
        if let Some(value) = switches.get_mut(name.as_str()) {
            **value = *change;
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn reset<P: ProviderRules>(State(core): State<SharedCore<P>>) -> StatusCode {
    core.reset();
    StatusCode::NO_CONTENT
}

async fn reset_all(State(providers): State<AllProviders>) -> StatusCode {
    providers.iter().for_each(|provider| (provider.reset)());
    StatusCode::NO_CONTENT
}
