//! Output of events: as text, or as one JSON object per line.

mod event;
mod json;
mod text;

use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use anstyle::{AnsiColor, Style};

pub(crate) use event::{Event, Failure, ProcessState};

use crate::trace::Secrets;

/// Headings.
pub(crate) const BOLD: Style = Style::new().bold();
/// Less important text.
pub(crate) const DIM: Style = Style::new().dimmed();
/// Success.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Failure.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Requests and responses.
pub(crate) const WIRE: Style = AnsiColor::Cyan.on_default();

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Json,
}

/// Writes events and redacts secrets.
pub(crate) struct EventOutput {
    format: Format,
    secrets: Secrets,
    out: Mutex<Box<dyn Write + Send>>,
}

impl EventOutput {
    /// Writes to `out` and redacts everything in `secrets`.
    pub(crate) fn new(format: Format, secrets: Secrets, out: impl Write + Send + 'static) -> Self {
        Self { format, secrets, out: Mutex::new(Box::new(out)) }
    }

    /// Returns an output for the events of one provider.
    pub(crate) fn for_provider(self: Arc<Self>, provider: &'static str) -> ProviderOutput {
        ProviderOutput { output: self, provider }
    }

    /// Writes an event that belongs to no provider.
    pub(crate) fn emit(&self, event: &Event) {
        self.write(None, event);
    }

    fn write(&self, provider: Option<&'static str>, event: &Event) {
        let text = match self.format {
            Format::Text => self.secrets.redact(&text::format(event)),
            Format::Json => json::line(provider, event, &self.secrets),
        };
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // A closed pipe (`| head`) must not change the exit code.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

impl fmt::Debug for EventOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventOutput").field("format", &self.format).finish_non_exhaustive()
    }
}

/// Writes the events of one provider.
#[derive(Clone, Debug)]
pub(crate) struct ProviderOutput {
    output: Arc<EventOutput>,
    provider: &'static str,
}

impl ProviderOutput {
    /// Writes an event.
    pub(crate) fn emit(&self, event: &Event) {
        self.output.write(Some(self.provider), event);
    }
}
