//! `cargo xtask load`: 10,000 connections at a provider that fails every twentieth call, for some minutes.

use anyhow::Result;
use lexopt::{Parser, ValueExt as _};

use super::{Command, join_args, test};
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::test_results::TestResults;
use crate::workspace::Workspace;

/// Long enough to refresh each connection several times.
pub(super) const MINUTES: u64 = 2;

pub(super) const COMMAND: Command = Command {
    name: "load",
    flags: "[--minutes N]",
    about: "refresh 10,000 connections, 1,000 due together, while every twentieth call fails; `test` runs a short version",
    run: |workspace, args| {
        let minutes = minutes(args)?;
        let mut report = Report::default();
        steps(workspace, minutes, &mut report);
        Ok(report)
    },
};

pub(super) fn steps(workspace: &Workspace, minutes: u64, report: &mut Report) {
    report.step("load", || run_test(workspace, minutes));
}

fn minutes(args: &mut Parser) -> Result<u64> {
    let mut minutes = MINUTES;
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("minutes") => minutes = args.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(minutes)
}

fn run_test(workspace: &Workspace, minutes: u64) -> Result<Outcome> {
    // Same features as the test run, so that nothing is rebuilt.
    let features = workspace.features_for_tests_args();
    let args = join_args(&["test", "--workspace", "--test", "load"], &features);
    let run = Run::cargo(&workspace.root(), &args).env("OAUTH_LOAD_MINUTES", &minutes.to_string());
    let (ok, output) = run.tee_stdout()?;
    Ok(test::outcome(ok, &TestResults::read(&output)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_flags() {
        let read = |args: &[&str]| minutes(&mut Parser::from_args(args)).ok();
        assert_eq!(read(&[]), Some(MINUTES));
        assert_eq!(read(&["--minutes", "7"]), Some(7));
        assert_eq!((read(&["--minutes", "many"]), read(&["--minutes"]), read(&["7"])), (None, None, None));
    }
}
