//! `cargo xtask model`: checks the lease protocol as a model and the single flight in all interleavings, at
//! full size.

use anyhow::Result;

use super::{Command, expect_no_args, join_args, test};
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::test_results::TestResults;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "model",
    flags: "",
    about: "check the lease protocol and the single flight with more processes and interleavings; `test` runs a short version",
    run: |workspace, args| {
        expect_no_args(args)?;
        let mut report = Report::default();
        steps(workspace, &mut report);
        Ok(report)
    },
};

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    report.step("model", || run_test(workspace));
}

fn run_test(workspace: &Workspace) -> Result<Outcome> {
    // Same features as the test run, so that nothing is rebuilt.
    let features = workspace.features_for_tests_args();
    let mut args =
        join_args(&["test", "--workspace", "--test", "lease", "--test", "single_flight"], &features);
    args.extend(["--", "--nocapture"]);
    let (ok, output) = Run::cargo(&workspace.root(), &args).env("OAUTH_LONG", "1").tee_stdout()?;
    Ok(test::outcome(ok, &TestResults::read(&output)))
}
