//! The requests, responses and events of the log, newest first.

use maud::{Markup, html};

use super::super::log::{Call, CallOutcome, LogEntry, LogEvent, Tone};
use super::format::{rfc3339, time_of_day};
use crate::trace::{Body, Field, Link, Request, Response};

/// Maximum number of fields of a body.
const MAX_FIELDS: usize = 12;
/// Maximum length of a value. Longer values end in `…`.
const MAX_LENGTH: usize = 160;

pub(super) fn show(entries: &[LogEntry]) -> Markup {
    html! {
        section.wire #wire data-live aria-labelledby="wire-title" {
            h2 #wire-title { "Requests and events" }
            p.hint {
                "Newest first: → request of the application, ⇢ request of the customer's browser, ● connection event. \
                 Secrets are replaced by their kind, such as " code { "[access token]" } "."
            }
            @if entries.is_empty() {
                p.empty { "Nothing yet. Connect an account to see its requests and responses." }
            } @else {
                div.scroll role="region" aria-label="Requests, responses and events" tabindex="0" {
                    ol { @for entry in entries { (log_item(entry)) } }
                }
            }
        }
    }
}

fn log_item(entry: &LogEntry) -> Markup {
    let (class, body) = match &entry.event {
        LogEvent::Call(call) => ("call", self::call(call, entry.number)),
        LogEvent::Browser { method, path, status } => (
            "browser",
            html! {
                p {
                    span.glyph aria-hidden="true" { "⇢" }
                    span.what { span.method { (method) } " " (path) }
                    @if let Some(status) = status { " " span.status { (status) } }
                }
            },
        ),
        LogEvent::Notice { tone, text } => (
            match tone {
                Tone::Good => "notice good",
                Tone::Bad => "notice bad",
                Tone::Plain => "notice",
            },
            html! { p { span.glyph aria-hidden="true" { "●" } span.what { (text) } } },
        ),
        LogEvent::UserAction(text) => {
            ("action", html! { p { span.glyph aria-hidden="true" { "▸" } span.what { (text) } } })
        }
    };
    html! {
        li class=(class) {
            p.from {
                time datetime=(rfc3339(entry.at)) { (time_of_day(entry.at)) }
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
                " " (outcome(&call.outcome))
            }
            p.part { "Request" }
            (fields(headers.iter().filter(|field| field.name != "user-agent" && field.name != "content-length")))
            (fields(&link.query))
            (self::body(body))
            @match &call.outcome {
                CallOutcome::Pending => {}
                CallOutcome::Failed(error) => { p.part { "No response" } p.text { (error) } }
                CallOutcome::Response(Response { status, reason, body }, elapsed) => {
                    p.part { "Response " (status) " " (reason) ", after " (elapsed.as_millis()) " ms" }
                    (self::body(body))
                }
            }
        }
    }
}

fn outcome(outcome: &CallOutcome) -> Markup {
    match outcome {
        CallOutcome::Pending => html! { span.status.waiting { "…" span.unseen { " in flight" } } },
        CallOutcome::Failed(_) => html! { span.status.bad { "no response" } },
        CallOutcome::Response(Response { status, .. }, _) => {
            html! { span.status.bad[*status >= 400] { (status) } }
        }
    }
}

/// The path of a URL. The provider's name replaces scheme and host.
fn path(link: &Link) -> &str {
    let rest = link.url.split_once("://").map_or(&*link.url, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}

fn body(body: &Body) -> Markup {
    html! {
        (fields(&body.fields))
        @if !body.text.is_empty() { pre.text { (shorten(&body.text)) } }
    }
}

fn fields<'a>(all: impl IntoIterator<Item = &'a Field>) -> Markup {
    let all: Vec<_> = all.into_iter().collect();
    html! {
        @if !all.is_empty() {
            dl {
                @for field in all.iter().take(MAX_FIELDS) {
                    div { dt { (field.name) } dd { (shorten(&field.value)) } }
                }
            }
            @if all.len() > MAX_FIELDS { p.soft { "and " (all.len() - MAX_FIELDS) " more" } }
        }
    }
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= MAX_LENGTH {
        return text.to_owned();
    }
    let start: String = text.chars().take(MAX_LENGTH - 1).collect();
    format!("{start}…")
}
