//! The page: rendered here, as it is now, and shown as it is also where no script runs.

mod clock;
mod connections;
mod mishaps;
mod row;
mod wire;
mod words;

use axum::response::Html;
use maud::{DOCTYPE, Markup, html};

pub(super) use row::Row;

use super::journal;
use super::log::{EventKind, Log};
use super::world::World;

pub(super) const STYLE: &str = include_str!("style.css");
pub(super) const SCRIPT: &str = include_str!("script.js");

/// An icon that nobody has to be asked for: a link of a chain.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cg fill='none' \
    stroke='%231c56b0' stroke-width='2'%3E%3Crect x='1' y='5' width='8' height='6' rx='3'/%3E%3Crect x='7' y='5' width='8' \
    height='6' rx='3'/%3E%3C/g%3E%3C/svg%3E";

/// The page as it is now.
pub(super) async fn render(world: &World) -> Html<String> {
    // Before anything is looked at, so that what changes meanwhile is asked for again.
    let version = *world.log().version().borrow();
    let mut rows = Vec::new();
    for integration in world.integrations() {
        rows.push(Row::of(&**integration, world.log()).await);
    }
    let entries = journal::merged(world);
    shell(
        "Four providers, kept connected",
        true,
        &html! {
            header.top #top {
                div.intro {
                    h1 { "Four providers, kept connected" }
                    p { "Connect an account, let time pass, break things, and watch what goes over the wire. The providers are played on this machine; nothing leaves it." }
                    noscript { p.hint { "Without scripts the page stays as it was loaded. " a href="/" { "Look again" } } }
                }
                (clock::show(world, &rows))
            }
            main data-version=(version) {
                div.left {
                    (connections::show(&rows))
                    (mishaps::show(world, &rows))
                }
                (wire::show(&entries))
            }
            p.unseen #news role="status" { (news(world.log())) }
        },
    )
}

/// A page that says why there is nothing to see, and where there is.
pub(super) fn refused(heading: &str, text: &str, origin: &str) -> Html<String> {
    let home = format!("{origin}/");
    shell(
        heading,
        false,
        &html! { main.alone { h1 { (heading) } p { (text) } p { a href=(home) { (home) } } } },
    )
}

fn shell(title: &str, is_live: bool, body: &Markup) -> Html<String> {
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
                @if is_live { script src="/script.js" defer {} }
            }
            body { (body) }
        }
    };
    Html(page.into_string())
}

/// What happened last, for those who hear the page.
fn news(log: &Log) -> String {
    let told = log.entries().into_iter().rev().find_map(|entry| match entry.what {
        EventKind::Told { text, .. } => Some((entry.provider, text)),
        _ => None,
    });
    told.map(|(provider, text)| format!("{}: {text}", provider.unwrap_or_default())).unwrap_or_default()
}
