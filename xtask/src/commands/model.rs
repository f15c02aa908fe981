//! `cargo xtask model`: the lease protocol of connections as a model, and the single flight whoever runs when, at full
//! size.

use anyhow::Result;

use super::{Command, no_more, test, words};
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::test_results::TestResults;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "model",
    flags: "",
    about: "the lease protocol with more processes and faults, the single flight in more interleavings; `test` does it in small",
    run: |workspace, args| {
        no_more(args)?;
        let mut report = Report::default();
        steps(workspace, &mut report);
        Ok(report)
    },
};

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    report.step("model", || long(workspace));
}

fn long(workspace: &Workspace) -> Result<Outcome> {
    // The features of the test run, so that nothing is built anew.
    let features = workspace.features_for_tests_args();
    let mut args = words(&["test", "--workspace", "--test", "lease", "--test", "single_flight"], &features);
    args.extend(["--", "--nocapture"]);
    let (ok, output) = Run::cargo(&workspace.root(), &args).env("OAUTH_LONG", "1").loudly_kept()?;
    Ok(test::judge(ok, &TestResults::read(&output)))
}
