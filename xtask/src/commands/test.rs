//! `cargo xtask test`: every test and every doc test of the workspace.

use anyhow::Result;

use super::{Command, no_more, words};
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::snapshots::record::Record;
use crate::test_results::TestResults;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "test",
    flags: "",
    about: "all tests and doc tests",
    run: |workspace, args| {
        no_more(args)?;
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
    let args = words(&["test", "--workspace", "--no-fail-fast"], &features);
    let record = Record::of(workspace);
    let (ok, output) = record.while_running(Run::cargo(&workspace.root(), &args))?.loudly_kept()?;
    if ok {
        record.keep()?;
    }
    let results = TestResults::read(&output);
    // A total beside cargo's own closing lines, in the form that CI counts.
    println!("\ntests: {} passed, {} failed, {} skipped", results.passed, results.failed, results.ignored);
    Ok(judge(ok, &results))
}

/// What came of a `cargo test`.
pub(super) fn judge(ok: bool, results: &TestResults) -> Outcome {
    if results.failed > 0 {
        let rerun = "cargo test -p CRATE TEST, with the names printed above under `failures:`";
        return Outcome::failed(format!("tests failed: {results}"), rerun);
    }
    if !ok {
        let rerun = "cargo test --workspace --no-run, and mend what it names";
        return Outcome::failed(
            format!("a test did not compile, or did not come to its end: {results}"),
            rerun,
        );
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
    fn judged_by_exit_code_and_by_count() {
        let some = TestResults { passed: 3, binaries: 1, ..TestResults::default() };
        assert!(matches!(judge(true, &some), Outcome::Passed { .. }));
        assert!(matches!(judge(false, &some), Outcome::Failed { .. }));
        let none = TestResults { ignored: 3, binaries: 1, ..TestResults::default() };
        assert!(matches!(judge(true, &none), Outcome::Failed { .. }));
        let failed = TestResults { failed: 1, ..some };
        assert!(matches!(judge(true, &failed), Outcome::Failed { .. }));
    }
}
