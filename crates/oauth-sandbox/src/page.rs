//! HTML pages: one layout for all providers.

use axum::response::{Html, IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};
use maud::{DOCTYPE, Markup, PreEscaped, html};

#[derive(Debug)]
pub(crate) struct Page {
    status: StatusCode,
    markup: Markup,
}

impl Page {
    pub(crate) fn new(provider: &str, heading: &str, body: &Markup) -> Self {
        Self { status: StatusCode::OK, markup: layout(provider, heading, body) }
    }

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

/// Light and dark themes. Loads nothing from other servers.
const STYLE: &str = "
:root { color-scheme: light dark; --back: #f4f5f7; --card: #fff; --text: #1c2430; --soft: #5a6675; --line: #c9d0d9;
  --main: #1f5fbf; --on-main: #fff; --warn: #a3301f; }
@media (prefers-color-scheme: dark) { :root { --back: #12161c; --card: #1c222b; --text: #e8ecf1; --soft: #a3aebb;
  --line: #46515f; --main: #7fb0ff; --on-main: #0b1a30; --warn: #ff9c8a; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; align-items: center; padding: 2rem 1rem;
  background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
header, footer { max-width: 34rem; width: 100%; color: var(--soft); font-size: .9rem; }
header strong { color: var(--text); font-size: 1.1rem; }
main { max-width: 34rem; width: 100%; margin: 1rem 0; padding: 1.5rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .6rem; }
h1 { margin: 0 0 1rem; font-size: 1.4rem; line-height: 1.25; }
h2 { margin: 1.8rem 0 .6rem; font-size: 1.15rem; line-height: 1.25; }
label { display: block; margin-top: .9rem; font-weight: 600; }
input:not([type=hidden]):not([type=checkbox]) { width: 100%; margin-top: .25rem; padding: .55rem .7rem; font: inherit;
  color: inherit; background: transparent; border: 1px solid var(--line); border-radius: .4rem; }
.choices { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.4rem; }
button { padding: .55rem 1.2rem; font: inherit; font-weight: 600; cursor: pointer; border-radius: .4rem;
  border: 1px solid var(--main); color: var(--main); background: transparent; }
button.main { color: var(--on-main); background: var(--main); }
button:focus-visible, input:focus-visible, a:focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
a { color: var(--main); }
code { overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; } th, td { padding: .4rem; text-align: left;
  border-bottom: 1px solid var(--line); vertical-align: top; }
.stacks code { overflow-wrap: break-word; }
@media (max-width: 32rem) {
  .stacks tbody, .stacks tr, .stacks td { display: block; }
  .stacks th { display: none; }
  .stacks tr { padding: .4rem 0; border-bottom: 1px solid var(--line); }
  .stacks tr:has(th) { padding: 0; }
  .stacks td { padding: .1rem 0; border: 0; }
  .stacks td::before { content: attr(data-label); display: block; color: var(--soft); font-size: .9rem; }
}
.alert { color: var(--warn); font-weight: 600; }
";

fn layout(provider: &str, heading: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (heading) " · " (provider) " sandbox" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { strong { (provider) } " · sandbox" }
                main { h1 { (heading) } (body) }
                footer {
                    "This is a sandbox on this computer, not the real " (provider) ". Accounts and data are made up."
                }
            }
        }
    }
}
