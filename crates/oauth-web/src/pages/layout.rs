//! The HTML of a page.

use std::borrow::Cow;
use std::sync::LazyLock;

use axum::Extension;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use sha2::{Digest as _, Sha256};

use super::page::{ConnectionItem, Page, PageButton, PageLink, Site};

/// Light and dark colors, no external resources. The security policy allows exactly this text by its hash.
const STYLE: &str = "
:root { color-scheme: light dark; --back: #f3f5f8; --card: #fff; --text: #18202b; --soft: #4f5b69; --line: #c5cdd7;
  --main: #1c56b0; --on-main: #fff; }
@media (prefers-color-scheme: dark) { :root { --back: #11151b; --card: #1b212a; --text: #e8ecf1; --soft: #aab4c0;
  --line: #46515f; --main: #8ab6ff; --on-main: #0b1a30; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-content: center; padding: 1.5rem 1rem; background: var(--back);
  color: var(--text); font: 1.0625rem/1.55 system-ui, sans-serif; }
main { width: min(34rem, 100vw - 2rem); padding: 1.75rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .7rem; }
main > p:first-child { margin: 0 0 .4rem; color: var(--soft); font-size: .95rem; }
h1 { margin: 0 0 .9rem; font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
p { margin: 0 0 .8rem; overflow-wrap: anywhere; }
ul { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.4rem 0 0; padding: 0; list-style: none; }
a, button { display: inline-block; padding: .6rem 1.2rem; border: 1px solid var(--main); border-radius: .45rem; color: var(--main);
  font-weight: 600; text-decoration: none; }
button { background: var(--main); color: var(--on-main); font: inherit; font-weight: 600; cursor: pointer; }
li:first-child a { background: var(--main); color: var(--on-main); }
form { margin: 1.4rem 0 0; }
li form { margin: 0; }
li button, section + ul li:first-child a, form + ul li:first-child a { background: none; color: var(--main); }
section { margin: 1.4rem 0 0; padding: 1rem 0 0; border-top: 1px solid var(--line); }
h2 { margin: 0 0 .3rem; font-size: 1.15rem; }
section > p { margin: 0; }
section > ul { margin: .8rem 0 0; }
a:hover, button:hover { text-decoration: underline; }
a:focus-visible, button:focus-visible { outline: 3px solid var(--main); outline-offset: 3px; }
@media (forced-colors: active) { button, li:first-child a { border-width: 3px; } }
";

/// Posts a pop-up's result to its opener of the same origin, and closes the window. If the provider's pages
/// severed the opener (`Cross-Origin-Opener-Policy`), a broadcast channel carries the result.
const SCRIPT: &str = r#"
(() => {
  const { provider, account, outcome, closes } = document.querySelector("main").dataset;
  const result = { type: "oauth-web", provider, account, outcome };
  if (window.opener) window.opener.postMessage(result, window.location.origin);
  else new BroadcastChannel("oauth-web").postMessage(result);
  if (closes === "true") window.close();
})();
"#;

/// The language and look of the pages. Each method has a default. Set an implementation with
/// [`Builder::pages`](crate::Builder::pages).
///
/// The request is that of the page, without its query. It contains the headers, and the extensions of the
/// layers around the routes.
///
/// ```
/// use std::borrow::Cow;
///
/// use oauth_web::axum::http::request::Parts;
/// use oauth_web::{LinkKind, Page, PageKind, Pages};
///
/// struct GermanPages;
///
/// impl Pages for GermanPages {
///     fn translate(&self, page: &mut Page, _: &Parts) {
///         if let (PageKind::Connected, Some(provider)) = (&page.kind, page.provider) {
///             page.language = Cow::Borrowed("de");
///             page.heading = format!("{provider} ist verbunden");
///             page.paragraphs.clear();
///         }
///         for link in page.links.iter_mut().filter(|link| link.kind == LinkKind::Continue) {
///             link.label = "Weiter".to_owned();
///         }
///     }
///
///     fn style(&self) -> Cow<'_, str> {
///         "body { font: 1rem/1.5 system-ui; max-width: 40rem; margin: 2rem auto }".into()
///     }
/// }
/// ```
pub trait Pages: Send + Sync + 'static {
    /// Replaces the page's English texts. [`Page::kind`] names the page; its links have kinds too. A pop-up
    /// that closes has no links.
    fn translate(&self, page: &mut Page, request: &Parts) {
        let _ = (page, request);
    }

    /// Returns the style sheet of all pages. The security policy allows exactly this text inline.
    fn style(&self) -> Cow<'_, str> {
        Cow::Borrowed(STYLE)
    }

    /// Returns the response, for a layout of the application; its status becomes [`Page::status`].
    ///
    /// Insert [`Page::content`], or escape all texts of the page; then pop-ups (`mode=popup`) post no result
    /// and stay open. Without a `Content-Security-Policy` of its own, the response may contain
    /// [`style`](Self::style) inline and load nothing. Its own policy has to allow
    /// [`Page::script_source`], and to forbid frames, except on
    /// [`PageKind::LeaveFrame`](crate::PageKind::LeaveFrame).
    fn render(&self, page: &Page, request: &Parts) -> Response {
        let _ = request;
        Html(page.document(&self.style())).into_response()
    }
}

/// The pages of this crate: English, with light and dark colors.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct DefaultPages;

impl Pages for DefaultPages {}

impl Page {
    /// Leaves the page for the layer around the routes, which renders it.
    pub(super) fn respond(mut self, site: &Site) -> Response {
        self.app_name.clone_from(&site.name);
        Extension(self).into_response()
    }

    /// Returns the page as an HTML document with this style sheet.
    #[must_use]
    pub fn document(&self, style: &str) -> String {
        let markup = html! {
            (DOCTYPE)
            html lang=(self.language) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    // Without this, browsers request an icon from the root of the site.
                    link rel="icon" href="data:,";
                    title { (self.heading) @if let Some(name) = &self.app_name { " · " (name) } }
                    style { (PreEscaped(with_line_feeds(style))) }
                }
                body { (self.markup()) }
            }
        };
        markup.into_string()
    }

    /// Returns the page's HTML without a document around it: a `main` element, and in pop-ups the script that
    /// posts the result to the opener.
    #[must_use]
    pub fn content(&self) -> String {
        self.markup().into_string()
    }

    /// Returns the source expression of a `Content-Security-Policy` that allows the script in the
    /// [`content`](Self::content) of pop-ups: `'sha256-…'`.
    #[must_use]
    pub fn script_source() -> &'static str {
        &SCRIPT_SOURCE
    }

    fn markup(&self) -> Markup {
        let result = self.popup_result.as_ref();
        html! {
            main data-provider=[result.map(|result| result.provider)] data-account=[result.map(|result| &result.account)]
                data-outcome=[result.map(|result| result.outcome)] data-closes=[result.map(|result| result.closes.to_string())] {
                @if let Some(name) = &self.app_name { p { (name) } }
                h1 { (self.heading) }
                @for paragraph in &self.paragraphs { p { (paragraph) } }
                @for item in &self.connections { (section(item)) }
                @if let Some(form) = &self.button { (button(form)) }
                @if !self.links.is_empty() {
                    ul { @for link in &self.links { li { (anchor(link)) } } }
                }
            }
            @if result.is_some() { script { (PreEscaped(SCRIPT)) } }
        }
    }
}

static SCRIPT_SOURCE: LazyLock<String> = LazyLock::new(|| inline_source(SCRIPT));

/// Returns the source expression that allows exactly this inline text.
pub(crate) fn inline_source(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(with_line_feeds(text).as_bytes())))
}

/// Ends lines as browsers read them before they compute a hash.
fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn section(item: &ConnectionItem) -> Markup {
    html! {
        section {
            h2 { (item.provider) }
            p { (item.text) }
            @if item.link.is_some() || item.button.is_some() {
                ul {
                    @if let Some(link) = &item.link { li { (anchor(link)) } }
                    @if let Some(form) = &item.button { li { (button(form)) } }
                }
            }
        }
    }
}

fn button(button: &PageButton) -> Markup {
    html! { form method="post" action=(button.action) { button { (button.label) } } }
}

fn anchor(link: &PageLink) -> Markup {
    html! { a href=(link.href) target=[link.leaves_frame.then_some("_top")] { (link.label) } }
}
