//! Report of a run: each step passes, fails with a remedy, or does not run.

use std::fmt::{self, Write as _};
use std::time::{Duration, Instant};

use anyhow::Result;
use xshell::Cmd;

use crate::run;

/// An error found by a check, with its remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Diagnostic {
    pub(crate) message: String,
    /// Remedy: a command or an edit.
    pub(crate) help: String,
}

impl Diagnostic {
    pub(crate) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nhelp: {}", self.message, self.help)
    }
}

/// Result of a step.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Ran without errors; says what was checked.
    Passed(String),
    Failed(Vec<Diagnostic>),
    /// Did not run, with the reason. Never counted as passed.
    NotRun(String),
}

impl Outcome {
    pub(crate) fn failed(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Failed(vec![Diagnostic::new(message, help)])
    }

    /// Passed with `note` if a check found nothing, else failed.
    pub(crate) fn of(found: Vec<Diagnostic>, note: impl Into<String>) -> Self {
        if found.is_empty() { Self::Passed(note.into()) } else { Self::Failed(found) }
    }

    fn status(&self) -> &'static str {
        match self {
            Self::Passed(_) => "passed",
            Self::Failed(_) => "FAILED",
            Self::NotRun(_) => "not run",
        }
    }
}

/// The steps of a `cargo xtask` run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    steps: Vec<(String, Outcome, Duration)>,
}

impl Report {
    /// Runs a step, prints its name and status, and records the outcome. An error counts as a failed step;
    /// later steps still run, so that one run shows all errors.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Result<Outcome>) {
        println!("\n── {name}");
        let started = Instant::now();
        let outcome = work().unwrap_or_else(|error| {
            Outcome::failed(format!("{error:#}"), "correct what the error message says, then run this again")
        });
        self.steps.push((name.to_owned(), outcome, started.elapsed()));
        print!("{}", self.lines(self.steps.len() - 1));
    }

    /// A step that runs a command; `help` is the remedy of the errors that it shows.
    pub(crate) fn command(&mut self, name: &str, command: &Cmd<'_>, help: &str) {
        self.step(name, || Ok(run::check(command, help)));
    }

    /// Records a step that does not run, with the reason.
    pub(crate) fn skip(&mut self, name: &str, reason: impl Into<String>) {
        self.steps.push((name.to_owned(), Outcome::NotRun(reason.into()), Duration::ZERO));
    }

    /// True if at least one step passed and none failed.
    pub(crate) fn succeeded(&self) -> bool {
        self.count("passed") > 0 && self.count("FAILED") == 0
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.count("FAILED") == 0
    }

    fn count(&self, status: &str) -> usize {
        self.steps.iter().filter(|(_, outcome, _)| outcome.status() == status).count()
    }

    pub(crate) fn summary(&self) -> String {
        let mut out = String::from("\n══ summary\n");
        for index in 0..self.steps.len() {
            out += &self.lines(index);
        }
        let total: Duration = self.steps.iter().map(|(.., duration)| *duration).sum();
        // Not in the form "N passed, N failed", which CI parses as test counts.
        let _ = writeln!(
            out,
            "{} in {} s: of {} steps {} passed, {} failed, {} did not run",
            if self.succeeded() { "ok" } else { "FAILED" },
            total.as_secs(),
            self.steps.len(),
            self.count("passed"),
            self.count("FAILED"),
            self.count("not run")
        );
        out
    }

    fn lines(&self, index: usize) -> String {
        let (name, outcome, duration) = &self.steps[index];
        let text = match outcome {
            Outcome::Passed(text) | Outcome::NotRun(text) => text.clone(),
            Outcome::Failed(found) => found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        };
        let text = text.trim_end().replace('\n', "\n         ");
        format!("{:7}  {name:30} {:>6.1} s  {text}\n", outcome.status(), duration.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(outcomes: Vec<Outcome>) -> Report {
        let mut report = Report::default();
        outcomes.into_iter().for_each(|outcome| report.step("step", || Ok(outcome)));
        report
    }

    #[test]
    fn run_fails_without_passed_step() {
        assert!(!report(vec![Outcome::NotRun("no tool".into())]).succeeded());
        assert!(report(vec![Outcome::Passed("all".into()), Outcome::NotRun("no tool".into())]).succeeded());
    }

    #[test]
    fn error_fails_step_and_later_steps_run() {
        let mut report = report(vec![Outcome::failed("bad", "cargo fmt")]);
        report.step("second", || anyhow::bail!("no such thing"));
        report.step("third", || Ok(Outcome::Passed("7 tests".into())));
        report.skip("fourth", "no database");
        assert!(!report.succeeded());
        let summary = report.summary();
        for part in ["bad\n         help: cargo fmt", "no such thing", "7 tests", "not run", "no database"] {
            assert!(summary.contains(part), "{part:?} is missing in:\n{summary}");
        }
        assert!(summary.contains("of 4 steps 1 passed, 2 failed, 1 did not run"), "{summary}");
    }
}
