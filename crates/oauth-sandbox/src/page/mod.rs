//! HTML pages: one layout for all providers.

mod layout;

use axum::response::{Html, IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};
use maud::{Markup, html};

/// An HTML page and its status.
#[derive(Debug)]
pub(crate) struct Page {
    status: StatusCode,
    markup: Markup,
}

impl Page {
    /// A page of `provider` (its display name) with the title `heading`.
    pub(crate) fn new(provider: &str, heading: &str, body: &Markup) -> Self {
        Self { status: StatusCode::OK, markup: layout::page(provider, heading, body) }
    }

    /// A page with a heading and one sentence.
    pub(crate) fn message(provider: &str, status: StatusCode, heading: &str, text: &str) -> Self {
        Self::new(provider, heading, &html! { p { (text) } }).with_status(status)
    }

    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let headers = [
            // No content from other servers, no framing, no caching, and no code in a Referer.
            (
                CONTENT_SECURITY_POLICY,
                HeaderValue::from_static(
                    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
                ),
            ),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        ];
        (self.status, headers, Html(self.markup.into_string())).into_response()
    }
}
