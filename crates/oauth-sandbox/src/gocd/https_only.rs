//! The rejection of plain HTTP at the OAuth pages next to TLS (docs/provider-facts.md 1b). GoCD's flash
//! message is not simulated.

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
pub(super) struct HttpsRule {
    plain_http: PlainHttp,
    secure_site: String,
}

impl HttpsRule {
    pub(super) fn new(plain_http: PlainHttp, secure_site: String) -> Self {
        Self { plain_http, secure_site }
    }

    /// The response to a request over plain HTTP, `None` for one over TLS.
    pub(super) fn rejection(
        &self,
        connection: ConnectionInfo,
        uri: &Uri,
        log: &RequestLog,
    ) -> Option<Response> {
        if connection.secure {
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

pub(super) async fn reject_plain_http(
    State(rule): State<Arc<HttpsRule>>,
    connection: ConnectionInfo,
    log: RequestLog,
    request: Request,
    next: Next,
) -> Response {
    match rule.rejection(connection, request.uri(), &log) {
        Some(rejection) => rejection,
        None => next.run(request).await,
    }
}
