//! Results on stdout, everything else on stderr; text for people, JSON for machines.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::OnceLock;

use anstyle::Reset;
use serde::Serialize;

use crate::failure::{ExitCode, Failure};
use crate::show::{BAD, BOLD};

/// How results are told.
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

    /// A result: one line of JSON, or the text.
    pub(crate) fn result(self, value: &impl Serialize, text: impl Display) {
        if self.json {
            // Strings, numbers and lists under string keys: there is nothing that JSON could not hold.
            let value = serde_json::to_string(value).unwrap_or_default();
            write_result(&mut anstream::stdout(), value);
        } else {
            write_result(&mut anstream::stdout(), text);
        }
    }

    /// Bytes as they came.
    pub(crate) fn raw(self, bytes: &[u8]) {
        let mut out = io::stdout().lock();
        record_failure(out.write_all(bytes).and_then(|()| out.flush()));
    }

    /// Something by the way, for people only.
    pub(crate) fn note(self, text: impl Display) {
        if !self.json {
            write_message(&mut anstream::stderr(), text);
        }
    }

    pub(crate) fn failure(self, failure: &Failure) {
        let mut err = anstream::stderr();
        if self.json {
            write_message(&mut err, failure.json());
            return;
        }
        write_message(&mut err, format_args!("{BAD}error:{Reset} {failure}"));
        if let Some(hint) = &failure.hint {
            write_message(&mut err, format_args!("{BOLD} hint:{Reset} {hint}"));
        }
    }
}

/// The first reason why a result did not get where it should.
static WRITE_ERROR: OnceLock<String> = OnceLock::new();

/// Why a result was lost, if one was: then the program has not done what it was asked for.
pub(crate) fn write_failure() -> Option<Failure> {
    let why = WRITE_ERROR.get()?;
    Some(Failure::new(ExitCode::Failed, "output", format!("the result could not be written: {why}")))
}

fn record_failure(written: io::Result<()>) {
    match written {
        // Whoever stops reading (`| head`) has what they wanted.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            WRITE_ERROR.get_or_init(|| error.to_string());
        }
        _ => {}
    }
}

fn write_result(out: &mut impl io::Write, text: impl Display) {
    record_failure(writeln!(out, "{text}").and_then(|()| out.flush()));
}

/// What goes to stderr may get lost: there is nobody else to tell.
fn write_message(out: &mut impl io::Write, text: impl Display) {
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Whether a person is there to be asked.
pub(crate) fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}
