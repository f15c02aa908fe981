//! Something that is not as it must be, and what mends it.

use std::fmt;

use crate::report::Outcome;

/// One thing that a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub what: String,
    /// What mends it, or shows where it comes from.
    pub mend: String,
}

impl Finding {
    /// This is wrong, and that mends it.
    pub fn new(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what: what.into(), mend: mend.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  mend: {}", self.what, self.mend)
    }
}

/// What came of a check: the note when it found nothing, else everything that it found, each with what mends it.
pub fn outcome(found: &[Finding], command: &str, note: impl FnOnce() -> String) -> Outcome {
    if found.is_empty() {
        return Outcome::passed(note());
    }
    let what: Vec<String> = found.iter().map(ToString::to_string).collect();
    Outcome::failed(what.join("\n"), format!("each as said; then `{command}` again"))
}
