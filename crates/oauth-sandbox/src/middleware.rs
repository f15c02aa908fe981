//! The processing around every handler: body and parameters, journal entry, and scripted fault.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::request::Parts;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use tower::{Layer, Service};

use crate::fault::{CloseConnection, Fault, apply_fault};
use crate::journal::{RequestKind, RequestLog};
use crate::params::Params;
use crate::provider::{ProviderRules, SharedCore};
use crate::server::{ResponseFuture, Serve};
use crate::token_endpoint::TokenEndpoint;

/// Far above any request to our providers. It also limits the size of stored values, such as names and
/// addresses.
const MAX_BODY: usize = 64 * 1024;
/// The time in which a body has to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Parameters and log of a request. They share one request extension because each extension is boxed
/// separately.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestContext {
    pub(crate) params: Params,
    pub(crate) log: RequestLog,
}

impl RequestContext {
    /// Returns `None` for a request that did not pass through [`ProviderService`].
    pub(crate) fn of(parts: &Parts) -> Option<&Self> {
        parts.extensions.get()
    }
}

/// A provider's routes behind the shared request processing: parses the parameters once for handlers and
/// journal, and records the request in the journal.
///
/// Not a layer of the router: axum would wrap each route in it and copy the request once more.
pub(crate) struct ProviderService<P: ProviderRules> {
    pub(crate) core: SharedCore<P>,
    pub(crate) router: Router,
    /// `None` on a separate API port.
    pub(crate) token: Option<TokenEndpoint<P>>,
}

impl<P: ProviderRules> Serve for ProviderService<P> {
    fn serve(&self, request: http::Request<Incoming>) -> ResponseFuture<'_> {
        Box::pin(self.respond(request))
    }
}

impl<P: ProviderRules> ProviderService<P> {
    async fn respond(&self, request: http::Request<Incoming>) -> Response {
        let Self { core, router, token } = self;
        let (mut parts, body) = request.into_parts();
        let mut collecting = pin!(Limited::new(body, MAX_BODY).collect());
        // Most bodies arrive with the header and need no timer.
        let first_poll = poll_fn(|context| Poll::Ready(collecting.as_mut().poll(context))).await;
        let body = match first_poll {
            Poll::Ready(body) => body.ok(),
            Poll::Pending => tokio::time::timeout(BODY_TIMEOUT, collecting).await.ok().and_then(Result::ok),
        };
        let Some(body) = body else {
            let log = core.journal.open(core.now(), &parts, &Params::default());
            log.note("the body was cut short, came too slowly or is larger than 64 KiB");
            log.status(StatusCode::PAYLOAD_TOO_LARGE.as_u16());
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        let body = body.to_bytes();
        let params = Params::parse(&parts, &body).await;
        let log = core.journal.open(core.now(), &parts, &params);
        parts.extensions.insert(RequestContext { params, log: log.clone() });
        let token = token.as_ref().filter(|token| token.matches(&parts));
        let request = Request::from_parts(parts, Body::from(body));
        let response = match token {
            Some(token) => {
                let response = token.respond(request, Arc::clone(core));
                match next_fault(core, RequestKind::Token, Some(&log)) {
                    None => response.await,
                    Some(fault) => apply_fault(fault, response).await,
                }
            }
            // A router is always ready.
            None => router.clone().call(request).await.unwrap_or_else(|never| match never {}),
        };
        if response.extensions().get::<CloseConnection>().is_none() {
            log.status(response.status().as_u16());
        }
        response
    }
}

/// Takes the queued fault for a call of this kind. Kind and fault are recorded in the journal.
fn next_fault<P: ProviderRules>(
    core: &SharedCore<P>,
    kind: RequestKind,
    log: Option<&RequestLog>,
) -> Option<Fault> {
    if let Some(log) = log {
        log.kind(kind);
    }
    let fault = core.faults.take(kind)?;
    if let Some(log) = log {
        log.fault(&fault.name());
    }
    Some(fault)
}

/// Records the kind of the wrapped routes in the journal and applies queued faults to them.
pub(crate) struct FaultLayer<P: ProviderRules> {
    pub(crate) core: SharedCore<P>,
    pub(crate) kind: RequestKind,
}

impl<P: ProviderRules> Clone for FaultLayer<P> {
    fn clone(&self) -> Self {
        Self { core: Arc::clone(&self.core), kind: self.kind }
    }
}

impl<P: ProviderRules, S> Layer<S> for FaultLayer<P> {
    type Service = FaultService<P, S>;

    fn layer(&self, routes: S) -> FaultService<P, S> {
        FaultService { layer: self.clone(), routes }
    }
}

pub(crate) struct FaultService<P: ProviderRules, S> {
    layer: FaultLayer<P>,
    routes: S,
}

impl<P: ProviderRules, S: Clone> Clone for FaultService<P, S> {
    fn clone(&self) -> Self {
        Self { layer: self.layer.clone(), routes: self.routes.clone() }
    }
}

impl<P: ProviderRules, S> Service<Request> for FaultService<P, S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.routes.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let log = request.extensions().get::<RequestContext>().map(|context| &context.log);
        let Some(fault) = next_fault(&self.layer.core, self.layer.kind, log) else {
            return Box::pin(self.routes.call(request));
        };
        let mut routes = self.routes.clone();
        // The handler must not run before the fault polls it.
        let response = async move { routes.call(request).await.unwrap_or_else(|never| match never {}) };
        Box::pin(async { Ok(apply_fault(fault, response).await) })
    }
}
