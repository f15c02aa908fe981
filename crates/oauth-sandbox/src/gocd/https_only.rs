//! The OAuth pages over plain HTTP, beside TLS (docs/provider-facts.md 1b). The flash message that GoCD leaves behind is not played.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::LOCATION;

use super::{PlainHttp, Rules};
use crate::journal::Ticket;
use crate::page::Page;
use crate::played::Rulebook as _;
use crate::server::Arrived;

#[derive(Debug)]
pub(super) struct Rule {
    plain_http: PlainHttp,
    secure_site: String,
}

impl Rule {
    pub(super) fn new(plain_http: PlainHttp, secure_site: String) -> Self {
        Self { plain_http, secure_site }
    }
}

pub(super) async fn guard(
    State(rule): State<Arc<Rule>>,
    arrived: Arrived,
    ticket: Ticket,
    request: Request,
    next: Next,
) -> Response {
    if arrived.secure {
        return next.run(request).await;
    }
    ticket.note("refused: plain HTTP");
    match rule.plain_http {
        PlainHttp::Forbidden => StatusCode::FORBIDDEN.into_response(),
        PlainHttp::NotFound => Page::message(
            Rules::TITLE,
            StatusCode::NOT_FOUND,
            "Page not found",
            "No secure site URL is configured.",
        )
        .into_response(),
        PlainHttp::Redirect => {
            let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
            (StatusCode::FOUND, [(LOCATION, format!("{}{path}", rule.secure_site))]).into_response()
        }
    }
}
