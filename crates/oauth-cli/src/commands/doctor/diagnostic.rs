//! One thing that was looked at.

use std::fmt;

use anstyle::Reset;
use serde::Serialize;

use crate::failure::Failure;
use crate::show::{BAD, BOLD, DIM, GOOD};

/// How it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Level {
    Good,
    Note,
    Bad,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Diagnostic {
    pub(super) level: Level,
    about: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

impl Diagnostic {
    pub(super) fn ok(about: &'static str, text: String) -> Self {
        Self { level: Level::Good, about, text, remedy: None }
    }

    pub(super) fn note(about: &'static str, text: String) -> Self {
        Self { level: Level::Note, about, text, remedy: None }
    }

    pub(super) fn problem(about: &'static str, text: String, remedy: impl Into<String>) -> Self {
        Self { level: Level::Bad, about, text, remedy: Some(remedy.into()) }
    }

    pub(super) fn from_failure(about: &'static str, failure: &Failure) -> Self {
        Self { level: Level::Bad, about, text: failure.message.clone(), remedy: failure.hint.clone() }
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
        match &self.remedy {
            Some(remedy) => write!(f, "\n    {BOLD}hint:{Reset}          {remedy}"),
            None => Ok(()),
        }
    }
}
