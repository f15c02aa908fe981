//! For machines: one JSON object per line.

use super::Event;
use crate::trace::Secrets;

/// The event as a line.
pub(super) fn line(event: &Event, secrets: &Secrets) -> String {
    // Strings, numbers and lists under string keys: there is nothing in an event that JSON could not hold.
    let mut value = serde_json::to_value(event).unwrap_or_default();
    secrets.scrub_json(&mut value);
    format!("{value}\n")
}
