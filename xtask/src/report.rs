//! What ran, what came of it and how long it took: one line per step, on one screen.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::Result;

/// What came of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It ran and found nothing wrong.
    Passed {
        /// What it looked at.
        note: String,
    },
    /// It ran and found something wrong, or could not run although it should.
    Failed {
        /// What is wrong.
        what: String,
        /// The command that mends it, or shows more.
        mend: String,
    },
    /// It did not run: never counted as passed.
    NotRun {
        /// Why not.
        why: String,
    },
}

impl Outcome {
    /// A step that held.
    pub fn passed(note: impl Into<String>) -> Self {
        Self::Passed { note: note.into() }
    }

    /// A step that did not hold, and what mends it.
    pub fn failed(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::Failed { what: what.into(), mend: mend.into() }
    }

    /// A step that did not run.
    pub fn not_run(why: impl Into<String>) -> Self {
        Self::NotRun { why: why.into() }
    }
}

#[derive(Debug)]
struct Step {
    name: String,
    outcome: Outcome,
    took: Duration,
}

/// The steps of one `cargo xtask` run.
#[derive(Debug, Default)]
pub struct Report {
    steps: Vec<Step>,
}

impl Report {
    /// Does one step, says so before and after, and keeps what came of it. An error is a failed step, not the end:
    /// the steps after it still run, so that one run shows everything there is to mend.
    pub fn step(&mut self, name: &str, work: impl FnOnce() -> Result<Outcome>) {
        println!("\n── {name}");
        let begun = Instant::now();
        let outcome = work().unwrap_or_else(|error| {
            Outcome::failed(format!("{error:#}"), "the message above says what could not be done")
        });
        self.add(name, outcome, begun.elapsed());
        if let Some(step) = self.steps.last() {
            print!("{}", step.line(0));
        }
    }

    /// Names a step that is left out, and why.
    pub fn left_out(&mut self, name: &str, why: &str) {
        self.add(name, Outcome::not_run(why), Duration::ZERO);
    }

    fn add(&mut self, name: &str, outcome: Outcome, took: Duration) {
        self.steps.push(Step { name: name.to_owned(), outcome, took });
    }

    /// True only if something passed and nothing failed: a run of nothing is no success.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        let passed = self.count(|outcome| matches!(outcome, Outcome::Passed { .. }));
        let failed = self.count(|outcome| matches!(outcome, Outcome::Failed { .. }));
        passed > 0 && failed == 0
    }

    /// How many steps failed so far.
    #[must_use]
    pub fn failures(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Failed { .. }))
    }

    fn count(&self, which: impl Fn(&Outcome) -> bool) -> usize {
        self.steps.iter().filter(|step| which(&step.outcome)).count()
    }

    /// The whole run on one screen.
    #[must_use]
    pub fn summary(&self, title: &str) -> String {
        let width = self.steps.iter().map(|step| step.name.len()).max().unwrap_or(0);
        let mut out = format!("\n══ {title}\n");
        for step in &self.steps {
            out.push_str(&step.line(width));
        }
        let took: Duration = self.steps.iter().map(|step| step.took).sum();
        let passed = self.count(|outcome| matches!(outcome, Outcome::Passed { .. }));
        let failed = self.count(|outcome| matches!(outcome, Outcome::Failed { .. }));
        let not_run = self.count(|outcome| matches!(outcome, Outcome::NotRun { .. }));
        // Not in the form "N passed, N failed": CI would take it for a count of tests.
        let verdict = match (self.succeeded(), failed) {
            (true, _) => "ok",
            (false, 0) => "NOTHING RAN",
            (false, _) => "FAILED",
        };
        let _ = writeln!(
            out,
            "{verdict} in {}: of {} steps {passed} passed, {failed} failed, {not_run} did not run",
            time(took),
            self.steps.len(),
        );
        out
    }
}

impl Step {
    fn line(&self, width: usize) -> String {
        let (word, text, mend) = match &self.outcome {
            Outcome::Passed { note } => ("passed ", note, None),
            Outcome::Failed { what, mend } => ("FAILED ", what, Some(mend)),
            Outcome::NotRun { why } => ("not run", why, None),
        };
        let mut lines = text.lines();
        let mut out = format!(
            "{word}  {:width$}  {:>10}  {}\n",
            self.name,
            time(self.took),
            lines.next().unwrap_or_default(),
        );
        for line in lines {
            let _ = writeln!(out, "         {line}");
        }
        if let Some(mend) = mend {
            let _ = writeln!(out, "         mend: {mend}");
        }
        out
    }
}

fn time(took: Duration) -> String {
    let seconds = took.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:02} s", took.as_secs() / 60, took.as_secs() % 60)
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
    fn nothing_run_is_no_success() {
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
    fn an_error_is_a_failed_step_and_the_rest_still_runs() {
        let mut report = Report::default();
        report.step("first", || anyhow::bail!("no such thing"));
        report.step("second", || Ok(Outcome::passed("fine")));
        assert!(!report.succeeded());
        let summary = report.summary("run");
        assert!(summary.contains("no such thing") && summary.contains("fine"), "{summary}");
    }

    #[test]
    fn the_summary_names_every_step_its_time_and_what_mends_it() {
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
            "mend: cargo fmt",
            "not run",
            "no db",
            "1 min 01 s",
            "FAILED in 3 min 03 s",
        ] {
            assert!(summary.contains(part), "{part:?} is missing in:\n{summary}");
        }
    }
}
