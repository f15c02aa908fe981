//! One result of `doctor`.

use std::fmt;

use anstyle::Reset;
use serde::Serialize;

use crate::failure::Failure;
use crate::styles::{BAD, BOLD, DIM, GOOD};

/// Severity of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Level {
    Good,
    Note,
    Bad,
}

/// One result of `doctor`, with help if it is a problem.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Diagnostic {
    pub(super) level: Level,
    about: &'static str,
    text: String,
    #[serde(rename = "remedy", skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

impl Diagnostic {
    pub(super) fn ok(about: &'static str, text: String) -> Self {
        Self { level: Level::Good, about, text, help: None }
    }

    pub(super) fn note(about: &'static str, text: String) -> Self {
        Self { level: Level::Note, about, text, help: None }
    }

    pub(super) fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub(super) fn problem(about: &'static str, text: String, help: impl Into<String>) -> Self {
        Self { level: Level::Bad, about, text, help: Some(help.into()) }
    }

    pub(super) fn from_failure(about: &'static str, failure: &Failure) -> Self {
        Self { level: Level::Bad, about, text: failure.message.clone(), help: failure.help.clone() }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (style, mark) = match self.level {
            Level::Good => (GOOD, '✓'),
            Level::Note => (DIM, '·'),
            Level::Bad => (BAD, '✗'),
        };
        write!(f, "  {style}{mark}{Reset} {:<15}{}", self.about, self.text)?;
        match &self.help {
            Some(help) => write!(f, "\n    {BOLD}help:{Reset}          {help}"),
            None => Ok(()),
        }
    }
}
