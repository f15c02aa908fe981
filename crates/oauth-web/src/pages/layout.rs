//! The HTML of a page.

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::page::{Form, Item, Link, Page, Site};

/// Light and dark colors, no external resources. The security policy allows exactly this text by its hash.
pub(crate) const STYLE: &str = "
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
pub(crate) const SCRIPT: &str = r#"
(() => {
  const { provider, account, outcome, closes } = document.querySelector("main").dataset;
  const result = { type: "oauth-web", provider, account, outcome };
  if (window.opener) window.opener.postMessage(result, window.location.origin);
  else new BroadcastChannel("oauth-web").postMessage(result);
  if (closes === "true") window.close();
})();
"#;

impl Page {
    pub(super) fn respond(self, site: &Site) -> Response {
        let html = render(&self, site).into_string();
        (self.status, [(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
    }
}

fn render(page: &Page, site: &Site) -> Markup {
    let result = page.popup_result.as_ref();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                // Without this, browsers request an icon from the root of the site.
                link rel="icon" href="data:,";
                title { (page.heading) @if let Some(name) = &site.name { " · " (name) } }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main data-provider=[result.map(|result| result.provider)] data-account=[result.map(|result| &result.account)]
                    data-outcome=[result.map(|result| result.outcome)] data-closes=[result.map(|result| result.closes.to_string())] {
                    @if let Some(name) = &site.name { p { (name) } }
                    h1 { (page.heading) }
                    @for paragraph in &page.paragraphs { p { (paragraph) } }
                    @for item in &page.items { (section(item)) }
                    @if let Some(form) = &page.form { (button(form)) }
                    @if !page.links.is_empty() {
                        ul {
                            @for link in &page.links {
                                li { (anchor(link)) }
                            }
                        }
                    }
                }
                @if result.is_some() { script { (PreEscaped(SCRIPT)) } }
            }
        }
    }
}

fn section(item: &Item) -> Markup {
    html! {
        section {
            h2 { (item.heading) }
            p { (item.text) }
            @if item.link.is_some() || item.form.is_some() {
                ul {
                    @if let Some(link) = &item.link { li { (anchor(link)) } }
                    @if let Some(form) = &item.form { li { (button(form)) } }
                }
            }
        }
    }
}

fn button(form: &Form) -> Markup {
    html! { form method="post" action=(form.action) { button { (form.label) } } }
}

fn anchor(link: &Link) -> Markup {
    html! { a href=(link.href) target=[link.leaves_frame.then_some("_top")] { (link.label) } }
}
