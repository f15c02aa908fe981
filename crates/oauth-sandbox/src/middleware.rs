//! The processing around every handler: body and parameters, journal entry, and scripted fault.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;

use crate::fault::{CloseConnection, apply_fault};
use crate::journal::{RequestKind, RequestLog};
use crate::params::Params;
use crate::provider::{ProviderRules, SharedCore};

/// Far above any request to our providers. It also limits the size of stored values, such as names and
/// addresses.
const MAX_BODY: usize = 64 * 1024;
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Body, parameters and log of a request, as a request extension.
#[derive(Clone)]
pub(crate) struct RequestContext {
    pub(crate) body: Bytes,
    pub(crate) params: Arc<Params>,
    pub(crate) log: RequestLog,
}

/// Parses the parameters once for handlers and journal, and records request and status in the journal.
pub(crate) async fn record<P: ProviderRules>(
    State(core): State<SharedCore<P>>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let body = tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, MAX_BODY)).await;
    let Ok(Ok(body)) = body else {
        let log = core.journal.open(core.now(), &parts, &Params::default());
        log.note("the body was cut short, came too slowly or is larger than 64 KiB");
        log.status(StatusCode::PAYLOAD_TOO_LARGE.as_u16());
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let params = Arc::new(Params::parse(&parts, &body).await);
    let log = core.journal.open(core.now(), &parts, &params);
    parts.extensions.insert(RequestContext { body: body.clone(), params, log: log.clone() });
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    if response.extensions().get::<CloseConnection>().is_none() {
        log.status(response.status().as_u16());
    }
    response
}

/// Records the kind of the wrapped routes in the journal and applies queued faults to them.
pub(crate) async fn inject_fault<P: ProviderRules>(
    State((core, kind)): State<(SharedCore<P>, RequestKind)>,
    Extension(RequestContext { log, .. }): Extension<RequestContext>,
    request: Request,
    next: Next,
) -> Response {
    log.kind(kind);
    let Some(fault) = core.faults.take(kind) else { return next.run(request).await };
    log.fault(&fault.name());
    // The handler runs only when the fault polls it.
    apply_fault(fault, Box::pin(next.run(request))).await
}
