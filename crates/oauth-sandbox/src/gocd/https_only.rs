//! The OAuth pages over plain HTTP, beside TLS (docs/provider-facts.md 1b). The flash message that GoCD leaves behind is not played.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::LOCATION;
use http::{StatusCode, Uri};

use super::{PlainHttp, Rules};
use crate::journal::RequestLog;
use crate::page::Page;
use crate::provider::ProviderRules as _;
use crate::server::ConnectionInfo;

#[derive(Debug)]
pub(super) struct Rule {
    plain_http: PlainHttp,
    secure_site: String,
}

impl Rule {
    pub(super) fn new(plain_http: PlainHttp, secure_site: String) -> Self {
        Self { plain_http, secure_site }
    }

    /// What is answered to a request that came in plain.
    pub(super) fn refusal(&self, arrived: ConnectionInfo, uri: &Uri, log: &RequestLog) -> Option<Response> {
        if arrived.secure {
            return None;
        }
        log.note("refused: plain HTTP");
        Some(match self.plain_http {
            PlainHttp::Forbidden => StatusCode::FORBIDDEN.into_response(),
            PlainHttp::NotFound => Page::message(
                Rules::TITLE,
                StatusCode::NOT_FOUND,
                "Page not found",
                "No secure site URL is configured.",
            )
            .into_response(),
            PlainHttp::Redirect => {
                let path = uri.path_and_query().map_or("/", |path| path.as_str());
                (StatusCode::FOUND, [(LOCATION, format!("{}{path}", self.secure_site))]).into_response()
            }
        })
    }
}

pub(super) async fn guard(
    State(rule): State<Arc<Rule>>,
    arrived: ConnectionInfo,
    log: RequestLog,
    request: Request,
    next: Next,
) -> Response {
    match rule.refusal(arrived, request.uri(), &log) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    }
}
