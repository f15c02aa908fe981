//! `cargo xtask snapshots`: what the tests see, compared with what was decided that they should see.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use anyhow::{Context, Result};
use cargo_metadata::Package;
use lexopt::Parser;

use super::tools::{self, CARGO_INSTA};
use super::{Command, words};
use crate::finding;
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::snapshots::record::Record;
use crate::snapshots::{Snapshots, diff};
use crate::test_results::TestResults;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "snapshots",
    flags: "[--check|--review|--accept|--reject]",
    about: "run the tests that have snapshots and show what changed; review, accept or reject it",
    run: |workspace, args| {
        let mode = Mode::read(args)?;
        let mut report = Report::default();
        match mode {
            Mode::Show => {
                report.step("tests", || run(workspace, Changes::Kept));
                report.step("snapshots", || check(workspace));
            }
            Mode::Check => check_steps(workspace, true, &mut report),
            Mode::Review => {
                if undecided(workspace)? == 0 {
                    report.step("tests", || run(workspace, Changes::Kept));
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
                "--check, --review, --accept and --reject exclude each other"
            );
            mode = asked;
        }
        Ok(mode)
    }
}

/// What CI asks. `may_run`: whether to run the tests where no complete run is on record.
pub(super) fn check_steps(workspace: &Workspace, may_run: bool, report: &mut Report) {
    report.step("snapshots", || {
        if may_run && Record::of(workspace).asked_for()?.is_none() {
            let ran = run(workspace, Changes::Refused)?;
            if !matches!(ran, Outcome::Passed { .. }) {
                return Ok(ran);
            }
        }
        check(workspace)
    });
}

/// What becomes of a snapshot that is not as decided.
#[derive(Clone, Copy)]
enum Changes {
    /// It is written beside the decided one, and the test passes.
    Kept,
    /// The test fails.
    Refused,
}

fn has_snapshots(package: &Package) -> bool {
    package.dependencies.iter().any(|dependency| dependency.name == "insta")
}

fn run(workspace: &Workspace, changes: Changes) -> Result<Outcome> {
    let args = workspace.tests_of_args(has_snapshots);
    // Snapshots are in tests; doc tests have none.
    let fixed = ["test", "--no-fail-fast", "--lib", "--bins", "--tests"];
    let tests = Run::cargo(&workspace.root(), &words(&fixed, &args));
    let tests = match changes {
        Changes::Kept => tests.env("INSTA_UPDATE", "new").env("INSTA_FORCE_PASS", "1"),
        Changes::Refused => tests.env("INSTA_UPDATE", "no"),
    };
    let record = Record::of(workspace);
    let (ok, output) = record.while_running(tests)?.loudly_kept()?;
    let results = TestResults::read(&output);
    if !ok || results.ran() == 0 {
        let what = format!("the tests that have snapshots did not all pass: {results}");
        return Ok(Outcome::failed(
            what,
            "cargo xtask snapshots, if it is only snapshots; else cargo xtask test",
        ));
    }
    record.keep()?;
    Ok(Outcome::passed(results.to_string()))
}

/// As insta's record has it: without symbolic links.
fn root(workspace: &Workspace) -> Result<PathBuf> {
    let root = workspace.root();
    root.canonicalize().with_context(|| format!("cannot find {}", root.display()))
}

fn undecided(workspace: &Workspace) -> Result<usize> {
    Ok(Snapshots::below(&root(workspace)?)?.undecided.len())
}

/// Undecided, leaking and orphaned snapshots, all in one answer.
fn check(workspace: &Workspace) -> Result<Outcome> {
    let root = root(workspace)?;
    let found = Snapshots::below(&root)?;
    for path in &found.undecided {
        println!("\n{}", path.strip_prefix(&root).unwrap_or(path).display());
        print!("{}", diff::of(path, std::io::stdout().is_terminal())?);
    }
    let mut wrong = found.undecided_ones(&root);
    wrong.extend(found.leaks(&root)?);
    let asked_for = Record::of(workspace).asked_for()?;
    if let Some(asked_for) = &asked_for {
        wrong.extend(found.orphans(&root, asked_for));
    }
    let counted = format!("{} decided, none undecided, none shows a secret", found.decided.len());
    if wrong.is_empty() && asked_for.is_none() {
        let unknown = "whether each has its test is not known, as the tests did not come to a good end";
        return Ok(Outcome::not_run(format!("{counted}; {unknown}")));
    }
    Ok(finding::outcome(&wrong, "cargo xtask snapshots --check", || format!("{counted}, each has its test")))
}

/// Lets cargo-insta do what it does best.
fn decide(workspace: &Workspace, word: &str) -> Result<Outcome> {
    let root = workspace.root();
    let before = undecided(workspace)?;
    if before == 0 {
        return Ok(Outcome::passed("no snapshot is undecided"));
    }
    if let Some(missing) = tools::missing(&root, &CARGO_INSTA)? {
        return Ok(Outcome::failed(missing, CARGO_INSTA.install()));
    }
    if !Run::cargo(&root, &["insta", word, "--workspace"]).asking().loudly()? {
        return Ok(Outcome::failed(
            "cargo-insta did not come to a good end, see above",
            format!("cargo insta {word}"),
        ));
    }
    let left = undecided(workspace)?;
    let done =
        format!("{} decided, {left} left undecided; `git diff` shows what was accepted", before - left);
    Ok(if left == 0 { Outcome::passed(done) } else { Outcome::not_run(done) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags() {
        let read = |args: &[&str]| Mode::read(&mut Parser::from_args(args));
        assert_eq!(read(&[]).unwrap(), Mode::Show);
        assert_eq!(read(&["--check"]).unwrap(), Mode::Check);
        assert_eq!(read(&["--review"]).unwrap(), Mode::Review);
        assert!(read(&["--accept", "--reject"]).is_err());
        assert!(read(&["all"]).is_err());
    }
}
