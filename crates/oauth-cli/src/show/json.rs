//! For machines: one JSON object per line.

use serde::Serialize;

use super::Event;
use crate::trace::Secrets;

#[derive(Serialize)]
struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'static str>,
    #[serde(flatten)]
    event: &'a Event,
}

/// The event as a line, with the provider that it belongs to.
pub(super) fn line(provider: Option<&'static str>, event: &Event, secrets: &Secrets) -> String {
    // Strings, numbers and lists under string keys: there is nothing in an event that JSON could not hold.
    let mut value = serde_json::to_value(Line { provider, event }).unwrap_or_default();
    secrets.scrub_json(&mut value);
    format!("{value}\n")
}
