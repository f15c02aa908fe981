//! `cargo xtask interleavings`: checks the single flight in many interleavings of its threads.
//!
//! The simulation does not find these: there, every poll is atomic.

use anyhow::Result;

use super::{Command, expect_no_args, join_args, test};
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::test_results::TestResults;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "interleavings",
    flags: "",
    about: "check the single flight in many interleavings of its threads; `test` runs a short version",
    run: |workspace, args| {
        expect_no_args(args)?;
        let mut report = Report::default();
        steps(workspace, &mut report);
        Ok(report)
    },
};

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    report.step("interleavings", || run_test(workspace));
}

fn run_test(workspace: &Workspace) -> Result<Outcome> {
    // Same features as the test run, so that nothing is rebuilt.
    let features = workspace.features_for_tests_args();
    let mut args = join_args(&["test", "--workspace", "--test", "single_flight"], &features);
    args.extend(["--", "--nocapture"]);
    let (ok, output) = Run::cargo(&workspace.root(), &args).env("OAUTH_LONG", "1").tee_stdout()?;
    Ok(test::outcome(ok, &TestResults::read(&output)))
}
