//! `cargo xtask ci`: all checks of CI.

use anyhow::Result;
use lexopt::Parser;

use super::{
    Command, api, bench, browser, deny, docs, features, fuzz, interleavings, lint, msrv, new_provider,
    processes, real_servers, release, simulate, snapshots, test, tidy,
};
use crate::report::Report;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "ci",
    flags: "[--full] [--skip-test]",
    about: "test, snapshots, lint, docs --check, features, tidy, deny, api, release plan, simulate; --full adds the slow steps",
    run: |workspace, args| {
        let flags = Flags::read(args)?;
        let mut report = Report::default();
        steps(workspace, flags, &mut report);
        Ok(report)
    },
};

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Flags {
    full: bool,
    /// Set by `.ci/run`, which runs `cargo xtask test` first.
    skip_test: bool,
}

impl Flags {
    fn read(args: &mut Parser) -> Result<Self> {
        let mut flags = Self::default();
        while let Some(arg) = args.next()? {
            match arg {
                lexopt::Arg::Long("full") => flags.full = true,
                lexopt::Arg::Long("skip-test") => flags.skip_test = true,
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(flags)
    }
}

fn steps(workspace: &Workspace, flags: Flags, report: &mut Report) {
    if flags.skip_test {
        report.skip("test", "skipped by --skip-test; run `cargo xtask test`");
    } else {
        test::steps(workspace, report);
    }
    snapshots::check_steps(workspace, flags.skip_test, report);
    lint::steps(workspace, report);
    // After lint, which has already built the API documentation.
    docs::steps(workspace, true, report);
    features::steps(workspace, report);
    tidy::steps(workspace, report);
    deny::steps(workspace, report);
    api::steps(workspace, report);
    release::steps(workspace, report);
    simulate::steps(workspace, report);
    if flags.full {
        simulate::slow_steps(workspace, report);
        msrv::steps(workspace, report);
        processes::steps(workspace, report);
        interleavings::steps(workspace, report);
        fuzz::steps(workspace, report);
        browser::steps(workspace, report);
        real_servers::steps(workspace, report);
        bench::slow_steps(workspace, report);
        new_provider::prove_steps(workspace, report);
        release::slow_steps(workspace, report);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_flags() {
        let read = |args: &[&str]| Flags::read(&mut Parser::from_args(args));
        assert_eq!(read(&[]).unwrap(), Flags::default());
        assert_eq!(read(&["--full", "--skip-test"]).unwrap(), Flags { full: true, skip_test: true });
        assert!(read(&["--fast"]).is_err());
        assert!(read(&["test"]).is_err());
    }
}
