//! The text form of events.

use std::fmt::{self, Display, Write as _};

use super::{BAD, BOLD, DIM, Event, GOOD, ProcessState, WIRE};
use crate::trace::{Body, Field, Link, Request, Response};

/// Maximum width of the column of names.
const MAX_NAME_WIDTH: usize = 22;
/// Width of the names of facts.
const FACT_NAME_WIDTH: usize = 14;
/// Maximum length of a value. Longer values end in `…`.
const MAX_VALUE_LENGTH: usize = 96;
/// Maximum number of fields or lines of a body.
const MAX_FIELDS: usize = 10;
/// Maximum number of elements of a list.
const MAX_ELEMENTS: usize = 3;
/// Indentation of fields.
const INDENT: &str = "       ";

/// Formats an event as lines of text.
pub(super) fn format(event: &Event) -> String {
    let mut out = String::new();
    match event {
        Event::Start { providers } => {
            let providers = plural(providers.len(), "provider");
            line(
                &mut out,
                format_args!(
                    "{BOLD}Connects one account at each of {providers}, and restarts the application.{BOLD:#}"
                ),
            );
            line(&mut out, "The providers are simulated by the sandbox on this machine. Nothing leaves it.");
            line(
                &mut out,
                format_args!(
                    "{WIRE}→{WIRE:#} request, {WIRE}←{WIRE:#} response, {WIRE}⇢{WIRE:#} browser, {BOLD}●{BOLD:#} connection event, \
                     {BOLD}◆{BOLD:#} process, {GOOD}✓{GOOD:#} check",
                ),
            );
            line(&mut out, "Secrets are replaced by their kind, such as [access token].");
        }
        Event::Provider { title, about, url, .. } => {
            let rule = "─".repeat(72_usize.saturating_sub(title.chars().count()));
            line(&mut out, format_args!("\n{BOLD}── {title} {rule}{BOLD:#}"));
            line(&mut out, format_args!("{about}"));
            line(&mut out, format_args!("{DIM}Sandbox at {url}{DIM:#}"));
        }
        Event::Step { number, title, why, .. } => {
            line(&mut out, format_args!("\n{BOLD}{number:>2}. {title}{BOLD:#}"));
            line(&mut out, format_args!("    {DIM}{why}{DIM:#}"));
        }
        Event::Fact { name, value } => field(&mut out, "    ", name, value, FACT_NAME_WIDTH),
        Event::Link(link) => line(&mut out, link),
        Event::Browser { method, host, path, status } => {
            let status = status.map_or_else(|| "no response".to_owned(), |status| status.to_string());
            line(&mut out, format_args!("    {WIRE}⇢{WIRE:#} {method:<5}{host}{path} {DIM}{status}{DIM:#}"));
        }
        Event::Request(request) => line(&mut out, request),
        Event::Response(response) => line(&mut out, response),
        Event::NoResponse { error } => line(&mut out, format_args!("    {BAD}×{BAD:#} {error}")),
        Event::Connection { text, .. } => line(&mut out, format_args!("    {BOLD}●{BOLD:#} {text}")),
        Event::Process { pid, state, exit_status } => {
            let state = match state {
                ProcessState::Started => "started",
                ProcessState::Ended => "ended",
                ProcessState::Killed => "was killed",
            };
            let status =
                exit_status.as_ref().map(|status| format!("  {DIM}{status}{DIM:#}")).unwrap_or_default();
            line(&mut out, format_args!("    {BOLD}◆{BOLD:#} process {pid} {state}{status}"));
        }
        Event::Check { ok: true, text } => line(&mut out, format_args!("    {GOOD}✓{GOOD:#} {text}")),
        Event::Check { ok: false, text } => line(&mut out, format_args!("    {BAD}✗ {text}{BAD:#}")),
        Event::StepEnd { error: Some(error), .. } => {
            line(&mut out, format_args!("    {BAD}Failed:{BAD:#} {error}"));
        }
        Event::StepEnd { .. } => {}
        Event::Summary { ok: true, connected, steps, checks, .. } => {
            line(
                &mut out,
                format_args!(
                    "\n{GOOD}Every step succeeded:{GOOD:#} {} connected, {}, {}.",
                    plural(connected.len(), "provider"),
                    plural(*steps, "step"),
                    plural(*checks, "check"),
                ),
            );
        }
        Event::Summary { failed, connected, .. } => {
            line(&mut out, format_args!("\n{BAD}The demo failed.{BAD:#}"));
            for failure in failed {
                line(
                    &mut out,
                    format_args!(
                        "  {BAD}✗{BAD:#} {}, step `{}`: {}",
                        failure.provider, failure.step, failure.error
                    ),
                );
            }
            if !connected.is_empty() {
                line(&mut out, format_args!("  {GOOD}✓{GOOD:#} {}", connected.join(", ")));
            }
        }
    }
    out
}

impl Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = format!("    {WIRE}⇢{WIRE:#} {}\n", self.url);
        fields(&mut out, &self.query);
        f.write_str(out.trim_end_matches('\n'))
    }
}

impl Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = format!("    {WIRE}→ {}{WIRE:#} {}\n", self.method, self.link.url);
        let shown = |field: &&Field| field.name != "user-agent" && field.name != "content-length";
        let all: Vec<Field> = (self.headers.iter().filter(shown).map(header))
            .chain(self.link.query.iter().cloned())
            .chain(self.body.fields.iter().cloned())
            .collect();
        fields(&mut out, &all);
        if self.body.bytes > 0 && self.body.fields.is_empty() {
            line(&mut out, format_args!("{INDENT}{}", size(&self.body)));
        }
        f.write_str(out.trim_end_matches('\n'))
    }
}

impl Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, reason, body } = self;
        let mut out = format!("    {WIRE}← {status}{WIRE:#} {reason}{}\n", size(body));
        fields(&mut out, &body.fields);
        let lines: Vec<&str> = body.text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        for text in lines.iter().take(MAX_FIELDS) {
            line(&mut out, format_args!("{INDENT}{}", short(text)));
        }
        if lines.len() > MAX_FIELDS {
            line(&mut out, format_args!("{INDENT}{DIM}…{DIM:#}"));
        }
        f.write_str(out.trim_end_matches('\n'))
    }
}

/// The media type and length of a body.
fn size(body: &Body) -> String {
    match body.bytes {
        0 => String::new(),
        bytes => format!("  {DIM}{}, {bytes} bytes{DIM:#}", body.media_type),
    }
}

/// `1 step`, `2 steps`
fn plural(number: usize, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {what}{s}")
}

fn line(out: &mut String, text: impl Display) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}

fn fields(out: &mut String, fields: &[Field]) {
    let width =
        fields.iter().map(|field| field.name.chars().count()).max().unwrap_or_default().min(MAX_NAME_WIDTH);
    let is_list = fields.first().is_some_and(|first| first.name == "[0]");
    let most = if is_list { MAX_ELEMENTS } else { MAX_FIELDS };
    for Field { name, value } in fields.iter().take(most) {
        field(out, INDENT, name, value, width);
    }
    if fields.len() > most {
        line(out, format_args!("{INDENT}{DIM}… and {} more{DIM:#}", fields.len() - most));
    }
}

fn field(out: &mut String, indent: &str, name: &str, value: &str, width: usize) {
    line(out, format_args!("{indent}{DIM}{name:<width$}{DIM:#}  {}", short(value)));
}

/// Writes a header name in its usual case. On the wire it is lower case.
fn header(field: &Field) -> Field {
    let words: Vec<String> = (field.name.split('-'))
        .map(|word| match word.split_at_checked(1) {
            // Cohort Go's `X-Act-as-User`.
            Some((first, rest)) if word != "as" => format!("{}{rest}", first.to_ascii_uppercase()),
            _ => word.to_owned(),
        })
        .collect();
    Field { name: format!("{}:", words.join("-")), value: field.value.clone() }
}

/// Shortens a value to one line.
fn short(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().count() <= MAX_VALUE_LENGTH {
        return text;
    }
    let kept: String = text.chars().take(MAX_VALUE_LENGTH - 1).collect();
    format!("{}…", kept.trim_end())
}
