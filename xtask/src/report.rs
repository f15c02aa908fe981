//! Report of a run: one line per step with its status and duration.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::Result;

/// Result of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Ran without errors.
    Passed {
        /// Summary of what was checked.
        note: String,
    },
    /// Found errors, or could not run.
    Failed {
        /// Error message.
        message: String,
        /// Remedy: a command or an edit.
        help: String,
    },
    /// Did not run; never counted as passed.
    NotRun {
        /// Reason.
        reason: String,
    },
}

impl Outcome {
    /// A passed step.
    pub fn passed(note: impl Into<String>) -> Self {
        Self::Passed { note: note.into() }
    }

    /// A failed step, with the remedy.
    pub fn failed(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Failed { message: message.into(), help: help.into() }
    }

    /// A step that did not run.
    pub fn not_run(reason: impl Into<String>) -> Self {
        Self::NotRun { reason: reason.into() }
    }
}

#[derive(Debug)]
struct Step {
    name: String,
    outcome: Outcome,
    duration: Duration,
}

/// The steps of a `cargo xtask` run.
#[derive(Debug, Default)]
pub struct Report {
    steps: Vec<Step>,
}

impl Report {
    /// Runs a step, prints its name and status, and records the outcome. An error counts as a failed step;
    /// later steps still run, so that one run shows all errors.
    pub fn step(&mut self, name: &str, work: impl FnOnce() -> Result<Outcome>) {
        println!("\n── {name}");
        let started = Instant::now();
        let outcome = work()
            .unwrap_or_else(|error| Outcome::failed(format!("{error:#}"), "see the error message above"));
        self.add(name, outcome, started.elapsed());
        if let Some(step) = self.steps.last() {
            print!("{}", step.line(0));
        }
    }

    /// Records a step that is skipped, with the reason.
    pub fn skip(&mut self, name: &str, reason: &str) {
        self.add(name, Outcome::not_run(reason), Duration::ZERO);
    }

    fn add(&mut self, name: &str, outcome: Outcome, duration: Duration) {
        self.steps.push(Step { name: name.to_owned(), outcome, duration });
    }

    /// True if at least one step passed and none failed.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        let passed = self.count(|outcome| matches!(outcome, Outcome::Passed { .. }));
        let failed = self.count(|outcome| matches!(outcome, Outcome::Failed { .. }));
        passed > 0 && failed == 0
    }

    /// Number of failed steps.
    #[must_use]
    pub fn failures(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Failed { .. }))
    }

    fn count(&self, which: impl Fn(&Outcome) -> bool) -> usize {
        self.steps.iter().filter(|step| which(&step.outcome)).count()
    }

    /// Summary of all steps.
    #[must_use]
    pub fn summary(&self, title: &str) -> String {
        let width = self.steps.iter().map(|step| step.name.len()).max().unwrap_or(0);
        let mut out = format!("\n══ {title}\n");
        for step in &self.steps {
            out.push_str(&step.line(width));
        }
        let duration: Duration = self.steps.iter().map(|step| step.duration).sum();
        let passed = self.count(|outcome| matches!(outcome, Outcome::Passed { .. }));
        let failed = self.count(|outcome| matches!(outcome, Outcome::Failed { .. }));
        let not_run = self.count(|outcome| matches!(outcome, Outcome::NotRun { .. }));
        // Not in the form "N passed, N failed", which CI parses as test counts.
        let verdict = match (self.succeeded(), failed) {
            (true, _) => "ok",
            (false, 0) => "NOTHING RAN",
            (false, _) => "FAILED",
        };
        let _ = writeln!(
            out,
            "{verdict} in {}: of {} steps {passed} passed, {failed} failed, {not_run} did not run",
            time(duration),
            self.steps.len(),
        );
        out
    }
}

impl Step {
    fn line(&self, width: usize) -> String {
        let (status, text, help) = match &self.outcome {
            Outcome::Passed { note } => ("passed ", note, None),
            Outcome::Failed { message, help } => ("FAILED ", message, Some(help)),
            Outcome::NotRun { reason } => ("not run", reason, None),
        };
        let mut lines = text.lines();
        let mut out = format!(
            "{status}  {:width$}  {:>10}  {}\n",
            self.name,
            time(self.duration),
            lines.next().unwrap_or_default(),
        );
        for line in lines {
            let _ = writeln!(out, "         {line}");
        }
        if let Some(help) = help {
            let _ = writeln!(out, "         help: {help}");
        }
        out
    }
}

fn time(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:02} s", duration.as_secs() / 60, duration.as_secs() % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(outcomes: Vec<Outcome>) -> Report {
        let mut report = Report::default();
        for (number, outcome) in outcomes.into_iter().enumerate() {
            report.add(&format!("step {number}"), outcome, Duration::from_secs(61));
        }
        report
    }

    #[test]
    fn run_without_passed_step_fails() {
        assert!(!report(vec![]).succeeded());
        let none = report(vec![Outcome::not_run("no tool")]);
        assert!(!none.succeeded());
        assert!(none.summary("msrv").contains("NOTHING RAN"));
        assert!(report(vec![Outcome::passed("all"), Outcome::not_run("no tool")]).succeeded());
    }

    #[test]
    fn one_failure_fails_the_run() {
        assert!(!report(vec![Outcome::passed("all"), Outcome::failed("bad", "do it")]).succeeded());
    }

    #[test]
    fn error_fails_step_and_later_steps_run() {
        let mut report = Report::default();
        report.step("first", || anyhow::bail!("no such thing"));
        report.step("second", || Ok(Outcome::passed("fine")));
        assert!(!report.succeeded());
        let summary = report.summary("run");
        assert!(summary.contains("no such thing") && summary.contains("fine"), "{summary}");
    }

    #[test]
    fn summary_shows_status_time_and_help() {
        let summary = report(vec![
            Outcome::passed("7 tests"),
            Outcome::failed("bad", "cargo fmt"),
            Outcome::not_run("no db"),
        ])
        .summary("ci");
        for part in [
            "passed ",
            "7 tests",
            "FAILED ",
            "help: cargo fmt",
            "not run",
            "no db",
            "1 min 01 s",
            "FAILED in 3 min 03 s",
        ] {
            assert!(summary.contains(part), "{part:?} is missing in:\n{summary}");
        }
    }
}
