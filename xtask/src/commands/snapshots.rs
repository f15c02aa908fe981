//! `cargo xtask snapshots`: compares test results with the accepted snapshots.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use anyhow::{Context, Result};
use cargo_metadata::Package;
use lexopt::Parser;

use super::tools::{self, CARGO_INSTA};
use super::{Command, join_args};
use crate::diagnostic;
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::snapshots::record::Record;
use crate::snapshots::{Snapshots, diff};
use crate::test_results::TestResults;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "snapshots",
    flags: "[--check|--review|--accept|--reject]",
    about: "run the tests with snapshots and show changes; review, accept or reject them",
    run: |workspace, args| {
        let mode = Mode::read(args)?;
        let mut report = Report::default();
        match mode {
            Mode::Show => {
                report.step("tests", || run(workspace, OnDifference::WritePending));
                report.step("snapshots", || check(workspace));
            }
            Mode::Check => check_steps(workspace, true, &mut report),
            Mode::Review => {
                if pending(workspace)? == 0 {
                    report.step("tests", || run(workspace, OnDifference::WritePending));
                }
                report.step("review", || decide(workspace, "review"));
            }
            Mode::Accept => report.step("accept", || decide(workspace, "accept")),
            Mode::Reject => report.step("reject", || decide(workspace, "reject")),
        }
        Ok(report)
    },
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Show,
    Check,
    Review,
    Accept,
    Reject,
}

impl Mode {
    fn read(args: &mut Parser) -> Result<Self> {
        let mut mode = Self::Show;
        while let Some(arg) = args.next()? {
            let asked = match arg {
                lexopt::Arg::Long("check") => Self::Check,
                lexopt::Arg::Long("review") => Self::Review,
                lexopt::Arg::Long("accept") => Self::Accept,
                lexopt::Arg::Long("reject") => Self::Reject,
                other => return Err(other.unexpected().into()),
            };
            anyhow::ensure!(
                mode == Self::Show,
                "--check, --review, --accept and --reject cannot be combined"
            );
            mode = asked;
        }
        Ok(mode)
    }
}

/// Step of `ci`. With `may_run`, runs the tests if no complete run is recorded.
pub(super) fn check_steps(workspace: &Workspace, may_run: bool, report: &mut Report) {
    report.step("snapshots", || {
        if may_run && Record::of(workspace).referenced()?.is_none() {
            let ran = run(workspace, OnDifference::Fail)?;
            if !matches!(ran, Outcome::Passed { .. }) {
                return Ok(ran);
            }
        }
        check(workspace)
    });
}

/// Handling of a snapshot that differs from the accepted one.
#[derive(Clone, Copy)]
enum OnDifference {
    /// Written next to the accepted one; the test passes.
    WritePending,
    /// The test fails.
    Fail,
}

fn has_snapshots(package: &Package) -> bool {
    package.dependencies.iter().any(|dependency| dependency.name == "insta")
}

fn run(workspace: &Workspace, changes: OnDifference) -> Result<Outcome> {
    let args = workspace.tests_of_args(has_snapshots);
    // Doc tests have no snapshots.
    let fixed = ["test", "--no-fail-fast", "--lib", "--bins", "--tests"];
    let tests = Run::cargo(&workspace.root(), &join_args(&fixed, &args));
    let tests = match changes {
        OnDifference::WritePending => tests.env("INSTA_UPDATE", "new").env("INSTA_FORCE_PASS", "1"),
        OnDifference::Fail => tests.env("INSTA_UPDATE", "no"),
    };
    let record = Record::of(workspace);
    let (ok, output) = record.start(tests)?.tee_stdout()?;
    let results = TestResults::read(&output);
    if !ok || results.ran() == 0 {
        let message = format!("tests with snapshots failed: {results}");
        return Ok(Outcome::failed(
            message,
            "run `cargo xtask snapshots` if only snapshots differ, else `cargo xtask test`",
        ));
    }
    record.finish()?;
    Ok(Outcome::passed(results.to_string()))
}

/// Without symbolic links, as in insta's record.
fn root(workspace: &Workspace) -> Result<PathBuf> {
    let root = workspace.root();
    root.canonicalize().with_context(|| format!("cannot find {}", root.display()))
}

fn pending(workspace: &Workspace) -> Result<usize> {
    Ok(Snapshots::below(&root(workspace)?)?.pending.len())
}

/// Reports pending, leaking and orphaned snapshots together.
fn check(workspace: &Workspace) -> Result<Outcome> {
    let root = root(workspace)?;
    let found = Snapshots::below(&root)?;
    for path in &found.pending {
        println!("\n{}", path.strip_prefix(&root).unwrap_or(path).display());
        print!("{}", diff::of(path, std::io::stdout().is_terminal())?);
    }
    let mut diagnostics = found.pending_diagnostics(&root);
    diagnostics.extend(found.leaks(&root)?);
    let referenced = Record::of(workspace).referenced()?;
    if let Some(referenced) = &referenced {
        diagnostics.extend(found.orphans(&root, referenced));
    }
    let summary = format!("{} accepted, none pending, none shows a secret", found.accepted.len());
    if diagnostics.is_empty() && referenced.is_none() {
        let unknown = "orphans were not checked, because no complete test run is recorded";
        return Ok(Outcome::not_run(format!("{summary}; {unknown}")));
    }
    Ok(diagnostic::outcome(&diagnostics, "cargo xtask snapshots --check", || {
        format!("{summary}, each belongs to a test")
    }))
}

/// Runs `cargo insta` with this subcommand.
fn decide(workspace: &Workspace, word: &str) -> Result<Outcome> {
    let root = workspace.root();
    let before = pending(workspace)?;
    if before == 0 {
        return Ok(Outcome::passed("no snapshot is pending"));
    }
    if let Some(missing) = tools::missing(&root, &CARGO_INSTA)? {
        return Ok(Outcome::failed(missing, CARGO_INSTA.install()));
    }
    if !Run::cargo(&root, &["insta", word, "--workspace"]).with_stdin().run_inherited()? {
        return Ok(Outcome::failed("cargo-insta failed, see above", format!("cargo insta {word}")));
    }
    let left = pending(workspace)?;
    let done = format!("{} decided, {left} still pending; `git diff` shows what was accepted", before - left);
    Ok(if left == 0 { Outcome::passed(done) } else { Outcome::not_run(done) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_flags() {
        let read = |args: &[&str]| Mode::read(&mut Parser::from_args(args));
        assert_eq!(read(&[]).unwrap(), Mode::Show);
        assert_eq!(read(&["--check"]).unwrap(), Mode::Check);
        assert_eq!(read(&["--review"]).unwrap(), Mode::Review);
        assert!(read(&["--accept", "--reject"]).is_err());
        assert!(read(&["all"]).is_err());
    }
}
