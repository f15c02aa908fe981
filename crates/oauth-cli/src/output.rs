//! Results on stdout, everything else on stderr; text for people, JSON for machines.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};

use anstyle::Reset;
use serde::Serialize;

use crate::failure::Failure;
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
            put(&mut anstream::stdout(), value);
        } else {
            put(&mut anstream::stdout(), text);
        }
    }

    /// Bytes as they came.
    pub(crate) fn raw(self, bytes: &[u8]) {
        let mut out = io::stdout().lock();
        let _ = out.write_all(bytes).and_then(|()| out.flush());
    }

    /// Something by the way, for people only.
    pub(crate) fn note(self, text: impl Display) {
        if !self.json {
            put(&mut anstream::stderr(), text);
        }
    }

    pub(crate) fn failure(self, failure: &Failure) {
        let mut err = anstream::stderr();
        if self.json {
            put(&mut err, failure.json());
            return;
        }
        put(&mut err, format_args!("{BAD}error:{Reset} {failure}"));
        if let Some(hint) = &failure.hint {
            put(&mut err, format_args!("{BOLD} hint:{Reset} {hint}"));
        }
    }
}

/// Whoever stops reading (`| head`) still gets the exit code, which does not depend on being read.
fn put(out: &mut impl io::Write, text: impl Display) {
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Whether a person is there to be asked.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}
