//! The HTML page, rendered on the server so that it works without scripts.

mod clock;
mod connection_row;
mod connections;
mod failure_scenarios;
mod format;
mod wire;

use axum::response::Html;
use maud::{DOCTYPE, Markup, html};

pub(super) use connection_row::ConnectionRow;

use super::app_state::AppState;
use super::log::{Log, LogEvent};
use super::merged_log;

pub(super) const STYLE: &str = include_str!("style.css");
pub(super) const SCRIPT: &str = include_str!("script.js");

/// An inline icon: a link of a chain.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cg fill='none' \
    stroke='%231c56b0' stroke-width='2'%3E%3Crect x='1' y='5' width='8' height='6' rx='3'/%3E%3Crect x='7' y='5' width='8' \
    height='6' rx='3'/%3E%3C/g%3E%3C/svg%3E";

/// Renders the current page.
pub(super) async fn render(state: &AppState) -> Html<String> {
    // Read first, so that later changes cause another update.
    let version = *state.log().version().borrow();
    let mut rows = Vec::new();
    for integration in state.integrations() {
        rows.push(ConnectionRow::of(&**integration, state.log()).await);
    }
    let entries = merged_log::merged_log(state);
    shell(
        "Four providers, kept connected",
        true,
        &html! {
            header.top #top {
                div.intro {
                    h1 { "Four providers, kept connected" }
                    p { "Connect an account, advance the clock, simulate failures, and watch the requests. The providers are simulated on this machine, and nothing leaves it." }
                    noscript { p.hint { "Without scripts the page does not update itself. " a href="/" { "Reload" } } }
                }
                (clock::show(state, &rows))
            }
            main data-version=(version) {
                div.left {
                    (connections::show(&rows))
                    (failure_scenarios::show(state, &rows))
                }
                (wire::show(&entries))
            }
            p.unseen #news role="status" { (latest_notice(state.log())) }
        },
    )
}

/// An error page with a link to the demo.
pub(super) fn error_page(heading: &str, text: &str, origin: &str) -> Html<String> {
    let home = format!("{origin}/");
    shell(
        heading,
        false,
        &html! { main.alone { h1 { (heading) } p { (text) } p { a href=(home) { (home) } } } },
    )
}

fn shell(title: &str, with_script: bool, body: &Markup) -> Html<String> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="icon" href=(ICON);
                link rel="stylesheet" href="/style.css";
                @if with_script { script src="/script.js" defer {} }
            }
            body { (body) }
        }
    };
    Html(page.into_string())
}

/// The latest notice, for screen readers.
fn latest_notice(log: &Log) -> String {
    let notice = log.entries().into_iter().rev().find_map(|entry| match entry.event {
        LogEvent::Notice { text, .. } => Some((entry.provider, text)),
        _ => None,
    });
    notice.map(|(provider, text)| format!("{}: {text}", provider.unwrap_or_default())).unwrap_or_default()
}
