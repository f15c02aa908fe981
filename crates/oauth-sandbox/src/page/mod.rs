//! The pages that a person sees: one layout for all providers, each under its own name.

mod consent;
mod layout;
mod login;

use axum::response::{Html, IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};
use maud::{Markup, html};

pub(crate) use consent::ConsentPage;
pub(crate) use login::LoginPage;

/// A page ready to be sent.
#[derive(Debug)]
pub(crate) struct Page {
    status: StatusCode,
    markup: Markup,
}

impl Page {
    /// A page of `provider` (its name for people) under `heading`.
    pub(crate) fn new(provider: &str, heading: &str, body: &Markup) -> Self {
        Self { status: StatusCode::OK, markup: layout::page(provider, heading, body) }
    }

    /// A page with only a heading and a sentence.
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
            // A person's page: nothing from elsewhere, no framing, no caching, no URL with a code in a Referer.
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
