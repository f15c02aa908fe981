//! What happens to every request before and after its handler: it is read, written down, and meets its fault.

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

use crate::fault::{self, Fault, Sever};
use crate::journal::{Kind, Ticket};
use crate::params::Params;
use crate::played::{Rulebook, Shared};
use crate::server::{Answering, Serve};
use crate::token_calls::TokenCalls;

/// No request to our providers' OAuth pages and APIs comes near this. What is kept of one (a name, an address) is no larger.
const LARGEST_BODY: usize = 64 * 1024;
/// How long a body may take to arrive.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What comes with each request that was taken in. One thing and not two: those that travel with a request are boxed one by one.
#[derive(Clone, Debug, Default)]
pub(crate) struct TakenIn {
    pub(crate) params: Params,
    pub(crate) ticket: Ticket,
}

impl TakenIn {
    /// Nothing where no intake was.
    pub(crate) fn with(parts: &Parts) -> Option<&Self> {
        parts.extensions.get()
    }
}

/// A provider's routes, and what comes before them: reads the parameters once for handlers and journal, and opens and closes the
/// journal's entry.
///
/// Not a layer of the router, since that would wrap it around each route and copy the request once more.
pub(crate) struct Intake<P: Rulebook> {
    pub(crate) core: Shared<P>,
    pub(crate) router: Router,
    /// None where they are not to be had.
    pub(crate) token: Option<TokenCalls<P>>,
}

impl<P: Rulebook> Serve for Intake<P> {
    fn serve(&self, request: http::Request<Incoming>) -> Answering<'_> {
        Box::pin(self.take_in(request))
    }
}

impl<P: Rulebook> Intake<P> {
    async fn take_in(&self, request: http::Request<Incoming>) -> Response {
        let Self { core, router, token } = self;
        let (mut parts, body) = request.into_parts();
        let mut arriving = pin!(Limited::new(body, LARGEST_BODY).collect());
        // Most bodies come along with their head, and need no clock.
        let at_once = poll_fn(|context| Poll::Ready(arriving.as_mut().poll(context))).await;
        let body = match at_once {
            Poll::Ready(body) => body.ok(),
            Poll::Pending => tokio::time::timeout(LONGEST_WAIT, arriving).await.ok().and_then(Result::ok),
        };
        let Some(body) = body else {
            let ticket = core.journal.open(core.now(), &parts, &Params::default());
            ticket.note("the body was cut short, came too slowly or is larger than 64 KiB");
            ticket.status(StatusCode::PAYLOAD_TOO_LARGE.as_u16());
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        let body = body.to_bytes();
        let params = Params::read(&parts, &body).await;
        let ticket = core.journal.open(core.now(), &parts, &params);
        parts.extensions.insert(TakenIn { params, ticket: ticket.clone() });
        let token = token.as_ref().filter(|token| token.are_meant(&parts));
        let request = Request::from_parts(parts, Body::from(body));
        let response = match token {
            Some(token) => {
                let answering = token.answer(request, Arc::clone(core));
                match met(core, Kind::Token, Some(&ticket)) {
                    None => answering.await,
                    Some(fault) => fault::meet(fault, answering).await,
                }
            }
            // A router is always ready.
            None => router.clone().call(request).await.unwrap_or_else(|never| match never {}),
        };
        if response.extensions().get::<Sever>().is_none() {
            ticket.status(response.status().as_u16());
        }
        response
    }
}

/// Says in the journal what a call is for, and which fault it meets, if one waits for this kind of call.
fn met<P: Rulebook>(core: &Shared<P>, kind: Kind, ticket: Option<&Ticket>) -> Option<Fault> {
    if let Some(ticket) = ticket {
        ticket.kind(kind);
    }
    let fault = core.faults.take(kind)?;
    if let Some(ticket) = ticket {
        ticket.fault(&fault.name());
    }
    Some(fault)
}

/// Around the routes of one kind: says so in the journal, and lets a fault that waits for this kind of call happen.
pub(crate) struct OfKind<P: Rulebook> {
    pub(crate) core: Shared<P>,
    pub(crate) kind: Kind,
}

impl<P: Rulebook> Clone for OfKind<P> {
    fn clone(&self) -> Self {
        Self { core: Arc::clone(&self.core), kind: self.kind }
    }
}

impl<P: Rulebook, S> Layer<S> for OfKind<P> {
    type Service = Kinded<P, S>;

    fn layer(&self, routes: S) -> Kinded<P, S> {
        Kinded { of: self.clone(), routes }
    }
}

/// Routes of one kind.
pub(crate) struct Kinded<P: Rulebook, S> {
    of: OfKind<P>,
    routes: S,
}

impl<P: Rulebook, S: Clone> Clone for Kinded<P, S> {
    fn clone(&self) -> Self {
        Self { of: self.of.clone(), routes: self.routes.clone() }
    }
}

impl<P: Rulebook, S> Service<Request> for Kinded<P, S>
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
        let ticket = request.extensions().get::<TakenIn>().map(|taken_in| &taken_in.ticket);
        let Some(fault) = met(&self.of.core, self.of.kind, ticket) else {
            return Box::pin(self.routes.call(request));
        };
        let mut routes = self.routes.clone();
        // Nothing is done before it is asked for.
        let work = async move { routes.call(request).await.unwrap_or_else(|never| match never {}) };
        Box::pin(async { Ok(fault::meet(fault, work).await) })
    }
}
