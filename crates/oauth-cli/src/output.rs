//! Results on stdout, messages on stderr; as text or JSON.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::OnceLock;
use std::time::Duration;

use anstyle::Reset;
use serde::Serialize;
use serde::de::IgnoredAny;

use crate::failure::{ExitCode, Failure};
use crate::shown_text::{escape_bytes, escape_json, escape_styled, indent_json};
use crate::styles::{BAD, BOLD};

/// Time until a note says what the program waits for.
const PATIENCE: Duration = Duration::from_secs(3);

/// Prints results as text or JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Prints a result: one line of JSON, or the text.
    pub(crate) fn result(self, value: &impl Serialize, text: impl Display) {
        if self.json {
            // Cannot fail: all keys are strings.
            let value = serde_json::to_string(value).unwrap_or_default();
            let value = if io::stdout().is_terminal() { escape_json(&value) } else { value };
            write_result(&mut anstream::stdout(), value);
        } else {
            let text = text.to_string();
            let text = if io::stdout().is_terminal() { escape_styled(&text) } else { text };
            write_result(&mut anstream::stdout(), text);
        }
    }

    /// Prints bytes of others: unchanged, but escaped on a terminal. Returns `false` if they could not be
    /// written.
    pub(crate) fn raw(self, bytes: &[u8]) -> bool {
        let mut out = io::stdout().lock();
        let written = if out.is_terminal() {
            out.write_all(escape_bytes(bytes).as_bytes())
        } else {
            out.write_all(bytes)
        };
        let written = written.and_then(|()| out.flush());
        let is_read = written.is_ok();
        record_failure(written);
        is_read
    }

    /// Prints a response body: unchanged in a pipe. A terminal gets JSON indented, other text escaped, and a
    /// line end.
    pub(crate) fn body(self, bytes: &[u8]) {
        if !io::stdout().is_terminal() {
            self.raw(bytes);
            return;
        }
        let json =
            serde_json::from_slice::<IgnoredAny>(bytes).ok().and_then(|_| std::str::from_utf8(bytes).ok());
        let text = json.map_or_else(|| escape_bytes(bytes), indent_json);
        if !text.is_empty() {
            write_result(&mut io::stdout().lock(), text.trim_end_matches('\n'));
        }
    }

    /// Prints a remark on stderr. Nothing with `--json`.
    pub(crate) fn note(self, text: impl Display) {
        if !self.json {
            write_message(&mut anstream::stderr(), text);
        }
    }

    /// Waits for a token, with a note if that takes long.
    pub(crate) async fn note_delay<T>(self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = tokio::time::sleep(PATIENCE) => self.note(
                "Waiting for a new token. The provider is slow, or an interrupted refresh still has its lease (up to \
                 30 seconds).",
            ),
        }
        work.await
    }

    pub(crate) fn failure(self, failure: &Failure) {
        let mut err = anstream::stderr();
        if self.json {
            let json = failure.json().to_string();
            let json = if io::stderr().is_terminal() { escape_json(&json) } else { json };
            let _ = writeln!(err, "{json}").and_then(|()| err.flush());
            return;
        }
        write_message(&mut err, format_args!("{BAD}error:{Reset} {failure}"));
        if let Some(help) = &failure.help {
            write_message(&mut err, format_args!("{BOLD} help:{Reset} {help}"));
        }
    }
}

/// The first error while writing a result.
static WRITE_ERROR: OnceLock<String> = OnceLock::new();

/// Returns an error if a result could not be written.
pub(crate) fn write_failure() -> Option<Failure> {
    let error = WRITE_ERROR.get()?;
    Some(Failure::new(ExitCode::Failed, "output", format!("cannot write the result: {error}")))
}

fn record_failure(written: io::Result<()>) {
    match written {
        // A reader that stops early (`| head`) is not an error.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            WRITE_ERROR.get_or_init(|| error.to_string());
        }
        _ => {}
    }
}

fn write_result(out: &mut impl io::Write, text: impl Display) {
    record_failure(writeln!(out, "{text}").and_then(|()| out.flush()));
}

/// Writes to stderr, ignoring errors: there is nowhere else to report them.
fn write_message(out: &mut impl io::Write, text: impl Display) {
    let text = text.to_string();
    let text = if io::stderr().is_terminal() { escape_styled(&text) } else { text };
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Prints a part of the trace on stderr.
pub(crate) fn trace(text: impl Display) {
    write_message(&mut anstream::stderr(), text);
}

/// Returns whether stdin and stderr are terminals.
pub(crate) fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}
