//! Showing what happens: as text for people, as one JSON object per line for machines.

mod event;
mod human;
mod json;

use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use anstyle::{AnsiColor, Style};

pub(crate) use event::{Event, Failure, Life};

use crate::trace::Secrets;

/// Headings.
pub(crate) const BOLD: Style = Style::new().bold();
/// What matters less.
pub(crate) const DIM: Style = Style::new().dimmed();
/// What held.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// What did not.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// What goes over the wire.
pub(crate) const WIRE: Style = AnsiColor::Cyan.on_default();

/// How to show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// Where it is shown.
pub(crate) struct Show {
    format: Format,
    secrets: Secrets,
    out: Mutex<Box<dyn Write + Send>>,
}

impl Show {
    /// Shows on `out`. Whatever `secrets` gets to know is masked.
    pub(crate) fn new(format: Format, secrets: Secrets, out: impl Write + Send + 'static) -> Self {
        Self { format, secrets, out: Mutex::new(Box::new(out)) }
    }

    /// For what happens at this provider.
    pub(crate) fn at(self: Arc<Self>, provider: &'static str) -> Voice {
        Voice { show: self, provider }
    }

    /// Shows one event that belongs to no provider.
    pub(crate) fn tell(&self, event: &Event) {
        self.put(None, event);
    }

    fn put(&self, provider: Option<&'static str>, event: &Event) {
        let text = match self.format {
            Format::Text => self.secrets.scrub(&human::text(event)),
            Format::Json => json::line(provider, event, &self.secrets),
        };
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever stops reading (`| head`) still gets the exit code, which does not depend on being watched.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

impl fmt::Debug for Show {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Show").field("format", &self.format).finish_non_exhaustive()
    }
}

/// Shows what happens at one provider.
#[derive(Clone, Debug)]
pub(crate) struct Voice {
    show: Arc<Show>,
    provider: &'static str,
}

impl Voice {
    /// Shows one event.
    pub(crate) fn tell(&self, event: &Event) {
        self.show.put(Some(self.provider), event);
    }
}
