//! An error found by a check, with its remedy.

use std::fmt;

use crate::report::Outcome;

/// An error found by a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error message.
    pub message: String,
    /// Remedy: a command or an edit.
    pub help: String,
}

impl Diagnostic {
    /// A diagnostic with this message and remedy.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  help: {}", self.message, self.help)
    }
}

/// The outcome of a check: passed with `note` if there are no diagnostics, else failed with all of them.
pub fn outcome(diagnostics: &[Diagnostic], command: &str, note: impl FnOnce() -> String) -> Outcome {
    if diagnostics.is_empty() {
        return Outcome::passed(note());
    }
    let message: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
    Outcome::failed(message.join("\n"), format!("fix each error as described, then run `{command}` again"))
}
