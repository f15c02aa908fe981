//! For people.

use std::fmt::{Display, Write};

use super::{BAD, BOLD, DIM, Event, GOOD, Life, WIRE};
use crate::trace::{Body, Field};

/// Names longer than this do not push all values to the right.
const WIDEST_NAME: usize = 22;
/// So wide are the names of facts, of which there are few.
const WIDEST_FACT: usize = 14;
/// Longer values end in `…`.
const WIDEST_VALUE: usize = 96;
/// So many fields or lines of a body are shown.
const MOST: usize = 10;
/// So many elements of a list are shown; one is much like the next.
const MOST_ELEMENTS: usize = 3;
/// Below `→` and `←`.
const INDENT: &str = "       ";

/// The event as lines.
pub(super) fn text(event: &Event) -> String {
    let mut out = String::new();
    match event {
        Event::Start { providers } => {
            let providers = plural(providers.len(), "provider");
            line(
                &mut out,
                format_args!(
                    "{BOLD}Connecting one account at each of {providers}, and keeping it through a restart.{BOLD:#}"
                ),
            );
            line(&mut out, "The providers are played by the sandbox on this machine; nothing leaves it.");
            line(
                &mut out,
                format_args!(
                    "{WIRE}→{WIRE:#} is sent, {WIRE}←{WIRE:#} is answered, {BOLD}●{BOLD:#} is told to the application, \
                     {BOLD}◆{BOLD:#} is a process, {GOOD}✓{GOOD:#} was checked.",
                ),
            );
            line(&mut out, "Secrets are shown as what they are, such as [access token].");
        }
        Event::Provider { title, about, url, .. } => {
            let rule = "─".repeat(72_usize.saturating_sub(title.chars().count()));
            line(&mut out, format_args!("\n{BOLD}── {title} {rule}{BOLD:#}"));
            line(&mut out, format_args!("{about}"));
            line(&mut out, format_args!("{DIM}Played at {url}{DIM:#}"));
        }
        Event::Step { number, title, why, .. } => {
            line(&mut out, format_args!("\n{BOLD}{number:>2}. {title}{BOLD:#}"));
            line(&mut out, format_args!("    {DIM}{why}{DIM:#}"));
        }
        Event::Fact { name, value } => field(&mut out, "    ", name, value, WIDEST_FACT),
        Event::Link(link) => {
            line(&mut out, format_args!("    {WIRE}⇢{WIRE:#} {}", link.url));
            fields(&mut out, &link.query);
        }
        Event::Browser { method, host, path, status } => {
            let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
            line(&mut out, format_args!("    {WIRE}⇢{WIRE:#} {method:<5}{host}{path} {DIM}{status}{DIM:#}"));
        }
        Event::Request(request) => {
            line(&mut out, format_args!("    {WIRE}→ {}{WIRE:#} {}", request.method, request.link.url));
            let shown = |field: &&Field| field.name != "user-agent" && field.name != "content-length";
            let all: Vec<Field> = (request.headers.iter().filter(shown).map(header))
                .chain(request.link.query.iter().cloned())
                .chain(request.body.fields.iter().cloned())
                .collect();
            fields(&mut out, &all);
        }
        Event::Response(response) => {
            let Body { media_type, bytes, fields: parts, text } = &response.body;
            let what = match bytes {
                0 => String::new(),
                _ => format!("  {DIM}{media_type}, {bytes} bytes{DIM:#}"),
            };
            line(&mut out, format_args!("    {WIRE}← {}{WIRE:#} {}{what}", response.status, response.reason));
            fields(&mut out, parts);
            let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
            for text in lines.iter().take(MOST) {
                line(&mut out, format_args!("{INDENT}{}", short(text)));
            }
            if lines.len() > MOST {
                line(&mut out, format_args!("{INDENT}{DIM}…{DIM:#}"));
            }
        }
        Event::NoAnswer { error } => line(&mut out, format_args!("    {BAD}×{BAD:#} {error}")),
        Event::Connection { text, .. } => line(&mut out, format_args!("    {BOLD}●{BOLD:#} {text}")),
        Event::Process { pid, what, how } => {
            let what = match what {
                Life::Started => "starts",
                Life::Ended => "has ended",
                Life::Killed => "was killed",
            };
            let how = how.as_ref().map(|how| format!("  {DIM}{how}{DIM:#}")).unwrap_or_default();
            line(&mut out, format_args!("    {BOLD}◆{BOLD:#} process {pid} {what}{how}"));
        }
        Event::Check { ok: true, text } => line(&mut out, format_args!("    {GOOD}✓{GOOD:#} {text}")),
        Event::Check { ok: false, text } => line(&mut out, format_args!("    {BAD}✗ {text}{BAD:#}")),
        Event::StepEnd { error: Some(error), .. } => {
            line(&mut out, format_args!("    {BAD}Failed:{BAD:#} {error}"));
        }
        Event::StepEnd { .. } => {}
        Event::RecordSummary { ok: true, connected, steps, checks, .. } => {
            line(
                &mut out,
                format_args!(
                    "\n{GOOD}Every step held:{GOOD:#} {} connected, {}, {}.",
                    plural(connected.len(), "provider"),
                    plural(*steps, "step"),
                    plural(*checks, "check"),
                ),
            );
        }
        Event::RecordSummary { failed, connected, .. } => {
            line(&mut out, format_args!("\n{BAD}Not every step held.{BAD:#}"));
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
        fields.iter().map(|field| field.name.chars().count()).max().unwrap_or_default().min(WIDEST_NAME);
    let is_list = fields.first().is_some_and(|first| first.name == "[0]");
    let most = if is_list { MOST_ELEMENTS } else { MOST };
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

/// As documents write it, not as it is on the wire, where case does not matter.
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

/// On one line that fits most windows.
fn short(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().count() <= WIDEST_VALUE {
        return text;
    }
    let kept: String = text.chars().take(WIDEST_VALUE - 1).collect();
    format!("{}…", kept.trim_end())
}
