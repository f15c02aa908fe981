//! The JSON form of events: one object per line.

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

/// Formats an event and its provider as a line of JSON.
pub(super) fn line(provider: Option<&'static str>, event: &Event, secrets: &Secrets) -> String {
    // Serialization of an event cannot fail.
    let mut value = serde_json::to_value(Line { provider, event }).unwrap_or_default();
    secrets.redact_json(&mut value);
    format!("{value}\n")
}
