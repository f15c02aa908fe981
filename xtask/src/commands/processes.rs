//! `cargo xtask processes`: connections that stay alive across processes that are killed and stopped, at full size.

use anyhow::Result;

use super::{Command, no_more, test, words};
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::test_results::TestResults;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "processes",
    flags: "",
    about: "kill, stop and crowd processes over one connection, at full size; `test` does it in small",
    run: |workspace, args| {
        no_more(args)?;
        let mut report = Report::default();
        steps(workspace, &mut report);
        Ok(report)
    },
};

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    report.step("processes", || long(workspace));
}

fn long(workspace: &Workspace) -> Result<Outcome> {
    // The features of the test run, so that nothing is built anew.
    let features = workspace.features_for_tests_args();
    let args = words(&["test", "--workspace", "--test", "processes"], &features);
    let (ok, output) = Run::cargo(&workspace.root(), &args).env("OAUTH_LONG", "1").loudly_kept()?;
    Ok(test::judge(ok, &TestResults::read(&output)))
}
