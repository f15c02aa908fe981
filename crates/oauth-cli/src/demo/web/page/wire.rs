//! What went over the wire, newest first, with every secret masked.

use maud::{Markup, html};

use super::super::log::{Answer, Call, Entry, EventKind, Tone};
use super::words::{exact, of_day};
use crate::trace::{Body, Field, Link, Request, Response};

/// So many fields of a body are shown; one element of a list is much like the next.
const MOST: usize = 12;
/// Longer values end in `…`.
const WIDEST: usize = 160;

pub(super) fn show(entries: &[Entry]) -> Markup {
    html! {
        section.wire #wire data-live aria-labelledby="wire-title" {
            h2 #wire-title { "On the wire" }
            p.hint {
                "Newest first: → is sent by the application, ⇢ by the person's browser, ● is told to the application. \
                 Secrets are shown as what they are, such as " code { "[access token]" } "."
            }
            @if entries.is_empty() {
                p.empty { "Nothing yet. Connect an account, and every request and answer stands here." }
            } @else {
                div.scroll role="region" aria-label="Requests, answers and news" tabindex="0" {
                    ol { @for entry in entries { (line(entry)) } }
                }
            }
        }
    }
}

fn line(entry: &Entry) -> Markup {
    let (class, body) = match &entry.what {
        EventKind::Call(call) => ("call", self::call(call, entry.number)),
        EventKind::Browser { method, path, status } => (
            "browser",
            html! {
                p {
                    span.glyph aria-hidden="true" { "⇢" }
                    span.what { span.method { (method) } " " (path) }
                    @if let Some(status) = status { " " span.status { (status) } }
                }
            },
        ),
        EventKind::Told { tone, text } => (
            match tone {
                Tone::Good => "told good",
                Tone::Bad => "told bad",
                Tone::Plain => "told",
            },
            html! { p { span.glyph aria-hidden="true" { "●" } span.what { (text) } } },
        ),
        EventKind::Act(text) => {
            ("act", html! { p { span.glyph aria-hidden="true" { "▸" } span.what { (text) } } })
        }
    };
    html! {
        li class=(class) {
            p.from {
                time datetime=(exact(entry.at)) { (of_day(entry.at)) }
                @if let Some(provider) = entry.provider { " " span.tag { (provider) } }
            }
            (body)
        }
    }
}

fn call(call: &Call, number: u64) -> Markup {
    let Request { method, link, headers, body } = &call.request;
    html! {
        details id={ "call-" (number) } {
            summary {
                span.glyph aria-hidden="true" { "→" }
                span.what { span.method { (method) } " " (path(link)) }
                " " (outcome(&call.answer))
            }
            p.part { "Request" }
            (fields(headers.iter().filter(|field| field.name != "user-agent" && field.name != "content-length")))
            (fields(&link.query))
            (self::body(body))
            @match &call.answer {
                Answer::Waiting => {}
                Answer::Lost(error) => { p.part { "No answer" } p.text { (error) } }
                Answer::Came(Response { status, reason, body }, took) => {
                    p.part { "Answer " (status) " " (reason) ", after " (took.as_millis()) " ms" }
                    (self::body(body))
                }
            }
        }
    }
}

fn outcome(answer: &Answer) -> Markup {
    match answer {
        Answer::Waiting => html! { span.status.waiting { "…" span.unseen { " under way" } } },
        Answer::Lost(_) => html! { span.status.bad { "no answer" } },
        Answer::Came(Response { status, .. }, _) => {
            html! { span.status.bad[*status >= 400] { (status) } }
        }
    }
}

/// Without scheme and host, which stand beside it as the provider's name.
fn path(link: &Link) -> &str {
    let rest = link.url.split_once("://").map_or(&*link.url, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}

fn body(body: &Body) -> Markup {
    html! {
        (fields(&body.fields))
        @if !body.text.is_empty() { pre.text { (short(&body.text)) } }
    }
}

fn fields<'a>(all: impl IntoIterator<Item = &'a Field>) -> Markup {
    let all: Vec<_> = all.into_iter().collect();
    html! {
        @if !all.is_empty() {
            dl {
                @for field in all.iter().take(MOST) {
                    div { dt { (field.name) } dd { (short(&field.value)) } }
                }
            }
            @if all.len() > MOST { p.soft { "and " (all.len() - MOST) " more" } }
        }
    }
}

fn short(text: &str) -> String {
    if text.chars().count() <= WIDEST {
        return text.to_owned();
    }
    let kept: String = text.chars().take(WIDEST - 1).collect();
    format!("{kept}…")
}
