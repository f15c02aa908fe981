//! What all pages look like.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Page, Site};

/// Light and dark, without anything loaded from elsewhere. Allowed by its hash, so it stands in the page as it is here.
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
a { display: inline-block; padding: .6rem 1.2rem; border: 1px solid var(--main); border-radius: .45rem; color: var(--main);
  font-weight: 600; text-decoration: none; }
li:first-child a { background: var(--main); color: var(--on-main); }
a:hover { text-decoration: underline; }
a:focus-visible { outline: 3px solid var(--main); outline-offset: 3px; }
@media (forced-colors: active) { li:first-child a { border-width: 3px; } }
";

/// A pop-up posts its result to the page that opened it, if that is of the same origin, and closes. An opener that the
/// provider's pages were cut off from (`Cross-Origin-Opener-Policy`) hears it on a channel of the same origin.
pub(crate) const SCRIPT: &str = r#"
(() => {
  const { provider, account, outcome, closes } = document.querySelector("main").dataset;
  const result = { type: "oauth-web", provider, account, outcome };
  if (window.opener) window.opener.postMessage(result, window.location.origin);
  else new BroadcastChannel("oauth-web").postMessage(result);
  if (closes === "true") window.close();
})();
"#;

pub(super) fn render(page: &Page, site: &Site) -> Markup {
    let post = page.post.as_ref();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                // No icon is asked for: a request for one would go to the root of the site.
                link rel="icon" href="data:,";
                title { (page.heading) @if let Some(name) = &site.name { " · " (name) } }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main data-provider=[post.map(|post| post.provider)] data-account=[post.map(|post| &post.account)]
                    data-outcome=[post.map(|post| post.outcome)] data-closes=[post.map(|post| post.closes.to_string())] {
                    @if let Some(name) = &site.name { p { (name) } }
                    h1 { (page.heading) }
                    @for paragraph in &page.paragraphs { p { (paragraph) } }
                    @if !page.actions.is_empty() {
                        ul {
                            @for action in &page.actions {
                                li { a href=(action.href) target=[action.to_top.then_some("_top")] { (action.label) } }
                            }
                        }
                    }
                }
                @if post.is_some() { script { (PreEscaped(SCRIPT)) } }
            }
        }
    }
}
