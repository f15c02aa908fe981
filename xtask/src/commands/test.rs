//! `cargo xtask test`: runs every test and doc test of the workspace.

use anyhow::Result;

use super::{Command, expect_no_args, join_args};
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::snapshots::record::Record;
use crate::test_results::TestResults;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "test",
    flags: "",
    about: "run all tests and doc tests",
    run: |workspace, args| {
        expect_no_args(args)?;
        let mut report = Report::default();
        steps(workspace, &mut report);
        Ok(report)
    },
};

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    report.step("test", || all(workspace));
}

fn all(workspace: &Workspace) -> Result<Outcome> {
    let features = workspace.features_for_tests_args();
    let args = join_args(&["test", "--workspace", "--no-fail-fast"], &features);
    let record = Record::of(workspace);
    let (ok, output) = record.start(Run::cargo(&workspace.root(), &args))?.tee_stdout()?;
    if ok {
        record.finish()?;
    }
    let results = TestResults::read(&output);
    // The total of all test binaries, in the format that CI counts.
    println!("\ntests: {} passed, {} failed, {} skipped", results.passed, results.failed, results.ignored);
    Ok(outcome(ok, &results))
}

/// Result of a `cargo test` run.
pub(super) fn outcome(ok: bool, results: &TestResults) -> Outcome {
    if results.failed > 0 {
        let help = "run `cargo test -p CRATE TEST` for each name under `failures:` above";
        return Outcome::failed(format!("tests failed: {results}"), help);
    }
    if !ok {
        let help = "run `cargo test --workspace --no-run` and fix its errors";
        return Outcome::failed(format!("a test did not compile or was aborted: {results}"), help);
    }
    if results.ran() == 0 {
        return Outcome::failed("no test ran", "cargo test --workspace");
    }
    Outcome::passed(results.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_exit_code_and_counts() {
        let some = TestResults { passed: 3, binaries: 1, ..TestResults::default() };
        assert!(matches!(outcome(true, &some), Outcome::Passed { .. }));
        assert!(matches!(outcome(false, &some), Outcome::Failed { .. }));
        let none = TestResults { ignored: 3, binaries: 1, ..TestResults::default() };
        assert!(matches!(outcome(true, &none), Outcome::Failed { .. }));
        let failed = TestResults { failed: 1, ..some };
        assert!(matches!(outcome(true, &failed), Outcome::Failed { .. }));
    }
}
