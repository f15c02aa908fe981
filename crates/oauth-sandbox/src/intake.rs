//! What happens to every request before and after its handler: it is read, written down, and meets its fault.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http_body_util::{BodyExt as _, Limited};

use crate::fault::{self, Sever};
use crate::journal::{Kind, Ticket};
use crate::params::Params;
use crate::played::{Rulebook, Shared};

/// No request to our providers' OAuth pages and APIs comes near this. What is kept of one (a name, an address) is no larger.
const LARGEST_BODY: usize = 64 * 1024;
/// How long a body may take to arrive.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Outermost: reads the parameters once for handlers and journal, and opens and closes the journal's entry.
pub(crate) async fn intake<P: Rulebook>(
    State(core): State<Shared<P>>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let body = tokio::time::timeout(LONGEST_WAIT, Limited::new(body, LARGEST_BODY).collect()).await;
    let Ok(Ok(body)) = body else {
        let ticket = core.journal.open(core.now(), &parts, &Params::default());
        ticket.note("the body was cut short, came too slowly or is larger than 64 KiB");
        ticket.status(StatusCode::PAYLOAD_TOO_LARGE.as_u16());
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let body = body.to_bytes();
    let params = Params::read(&parts, &body).await;
    let ticket = core.journal.open(core.now(), &parts, &params);
    parts.extensions.insert(params);
    parts.extensions.insert(ticket.clone());
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    if response.extensions().get::<Sever>().is_none() {
        ticket.status(response.status().as_u16());
    }
    response
}

/// Around the routes of one kind: says so in the journal, and lets a fault that waits for this kind of call happen.
pub(crate) async fn of_kind<P: Rulebook>(
    State((core, kind)): State<(Shared<P>, Kind)>,
    ticket: Ticket,
    request: Request,
    next: Next,
) -> Response {
    ticket.kind(kind);
    match core.faults.take(kind) {
        None => next.run(request).await,
        Some(fault) => {
            ticket.fault(&fault.name());
            fault::meet(fault, request, next).await
        }
    }
}
