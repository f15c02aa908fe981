//! `cargo xtask bench`: what the crates cost, beside what others take for the same.
//!
//! Everything that measures is in `benches/`, a workspace of its own: its peers bring their own versions of everything.

use std::path::Path;

use anyhow::Result;
use lexopt::Parser;

use super::tools::{self, CARGO_DENY, GUNGRAUN_RUNNER};
use super::{Command, words};
use crate::instructions::{self, Counts, Judged};
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "bench",
    flags: "[NAME…] [--peers] [--quick] [--page] [--check] [--bless]",
    about: "measure all, or the named, and write the book's performance page; `instructions` counts what the hot path takes, --check compares",
    run: |workspace, args| {
        let flags = Flags::read(args)?;
        let mut report = Report::default();
        steps(workspace, &flags, &mut report);
        Ok(report)
    },
};

/// The manifest of the other workspace.
const MANIFEST: &str = "benches/Cargo.toml";
/// The one that is not run by the program in `benches/`, since CI runs it without building any peer.
const INSTRUCTIONS: &str = "instructions";

#[derive(Debug, Default, PartialEq, Eq)]
struct Flags {
    names: Vec<String>,
    /// Passed on: `--peers`, `--quick`, `--page`.
    passed_on: Vec<String>,
    instructions: bool,
    check: bool,
    bless: bool,
}

impl Flags {
    fn read(args: &mut Parser) -> Result<Self> {
        let mut flags = Self::default();
        while let Some(arg) = args.next()? {
            match arg {
                lexopt::Arg::Long("check") => flags.check = true,
                lexopt::Arg::Long("bless") => flags.bless = true,
                lexopt::Arg::Long(known @ ("peers" | "quick" | "page")) => {
                    flags.passed_on.push(format!("--{known}"));
                }
                lexopt::Arg::Value(name) if name == INSTRUCTIONS => flags.instructions = true,
                lexopt::Arg::Value(name) => flags.names.push(name.to_string_lossy().into_owned()),
                other => return Err(other.unexpected().into()),
            }
        }
        anyhow::ensure!(
            !(flags.check && flags.bless),
            "--check changes nothing and --bless does: choose one"
        );
        let counts_only = flags.instructions && flags.names.is_empty() && flags.passed_on.is_empty();
        anyhow::ensure!(
            counts_only || !(flags.bless || flags.check && flags.instructions),
            "--check and --bless are for `bench {INSTRUCTIONS}` alone"
        );
        Ok(flags)
    }
}

fn steps(workspace: &Workspace, flags: &Flags, report: &mut Report) {
    if flags.instructions {
        report.step("bench: instructions", || counted(workspace, flags.bless));
        return;
    }
    if flags.check {
        check_steps(workspace, report);
        return;
    }
    report.step("bench: build", || build(workspace));
    if report.failures() == 0 {
        report.step("bench: measure", || measure(workspace, flags));
    }
}

/// For `ci --full`: the benchmarks compile and work, and the hot path takes no more instructions than before.
pub(super) fn slow_steps(workspace: &Workspace, report: &mut Report) {
    check_steps(workspace, report);
    report.step("bench: instructions", || counted(workspace, false));
}

fn check_steps(workspace: &Workspace, report: &mut Report) {
    let root = workspace.root();
    report.step("bench: licences", || {
        if let Some(missing) = tools::missing(&root, &CARGO_DENY)? {
            return Ok(Outcome::failed(missing, CARGO_DENY.install()));
        }
        let args =
            ["deny", "--locked", "--manifest-path", MANIFEST, "--workspace", "check", "licenses", "sources"];
        Ok(match Run::cargo(&root, &args).loudly()? {
            true => Outcome::passed("licences and sources of the peers as benches/deny.toml wants them"),
            false => Outcome::failed("see above", "benches/deny.toml says what is allowed"),
        })
    });
    report.step("bench: clippy", || {
        let args = [
            "clippy",
            "--locked",
            "--release",
            "--manifest-path",
            MANIFEST,
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ];
        let ok = there(workspace, &root, &args).loudly()?;
        Ok(outcome(ok, "no warning in the benchmarks", "warnings, see above"))
    });
    report.step("bench: tests", || {
        let args = ["test", "--locked", "--release", "--manifest-path", MANIFEST, "--package", "benches"];
        let ok = there(workspace, &root, &args).loudly()?;
        Ok(outcome(ok, "what measures was tested, and the page is what the results say", "see above"))
    });
    report.step("bench: try", || {
        if let failed @ Outcome::Failed { .. } = build(workspace)? {
            return Ok(failed);
        }
        let flags = Flags { passed_on: vec!["--quick".to_owned()], ..Flags::default() };
        measure(workspace, &flags)
    });
}

/// Cargo for the other workspace, building where this one builds.
fn there(workspace: &Workspace, root: &Path, args: &[&str]) -> Run {
    Run::cargo(root, args).unseen_env("CARGO_TARGET_DIR", &workspace.target().display().to_string())
}

fn build(workspace: &Workspace) -> Result<Outcome> {
    let args = ["build", "--locked", "--release", "--manifest-path", MANIFEST, "--package", "benches"];
    let ok = there(workspace, &workspace.root(), &args).loudly()?;
    Ok(outcome(ok, "built as a release", "the benchmarks do not compile"))
}

fn measure(workspace: &Workspace, flags: &Flags) -> Result<Outcome> {
    let program = workspace.target().join("release/benches");
    let args = words(&[], &flags.names);
    let args = words(&args, &flags.passed_on);
    let ok = Run::exe(&workspace.root(), "benches", program.as_os_str(), &args)
        .unseen_env("CARGO_TARGET_DIR", &workspace.target().display().to_string())
        .loudly()?;
    let kept = flags.passed_on.iter().any(|flag| flag == "--quick");
    let passed = if kept { "all of them work" } else { "docs/book/src/performance.md has the figures" };
    Ok(outcome(ok, passed, "a benchmark failed, see above"))
}

fn outcome(ok: bool, passed: &str, failed: &str) -> Outcome {
    if ok { Outcome::passed(passed) } else { Outcome::failed(failed, "cargo xtask bench NAME --quick") }
}

/// How many instructions the hot path takes, against what is kept in the repository.
fn counted(workspace: &Workspace, bless: bool) -> Result<Outcome> {
    let root = workspace.root();
    if Run::program(&root, "valgrind", &["--version"]).quietly().is_err() {
        let what = "valgrind is not installed, and it counts the instructions";
        return Ok(Outcome::failed(what, "apt-get install valgrind"));
    }
    if let Some(missing) = tools::missing(&root, &GUNGRAUN_RUNNER)? {
        return Ok(Outcome::failed(missing, GUNGRAUN_RUNNER.install()));
    }
    let args = [
        "bench",
        "--locked",
        "--manifest-path",
        MANIFEST,
        "--package",
        INSTRUCTIONS,
        "--",
        "--output-format=json",
    ];
    let (ok, said) = there(workspace, &root, &args).kept()?;
    if !ok {
        return Ok(Outcome::failed(
            "the instructions cannot be counted, see above",
            "cargo xtask bench instructions",
        ));
    }
    let rustc = Run::program(&root, "rustc", &["--version"]).read()?.trim().to_owned();
    let counted = Counts { rustc, counts: instructions::read(&said)? };
    println!("{}", counted.shown());
    let file = root.join("benches/instructions.json");
    if bless {
        std::fs::write(&file, counted.written()?)?;
        return Ok(Outcome::passed("benches/instructions.json has these counts"));
    }
    let kept = file.is_file().then(|| std::fs::read_to_string(&file)).transpose()?;
    let mend = "find what grew; if it has to, cargo xtask bench instructions --bless";
    Ok(match counted.judged(kept.as_deref())? {
        Judged::Same(note) => Outcome::passed(note),
        Judged::Grown(what) => Outcome::failed(what, mend),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags() {
        let read = |args: &[&str]| Flags::read(&mut Parser::from_args(args));
        assert_eq!(read(&[]).unwrap(), Flags::default());
        let some = read(&["header", "--quick", "cli"]).unwrap();
        assert_eq!(
            (some.names, some.passed_on),
            (vec!["header".to_owned(), "cli".into()], vec!["--quick".into()])
        );
        assert!(read(&["instructions", "--bless"]).unwrap().bless);
        assert!(read(&["instructions", "--check"]).unwrap().check);
        assert!(read(&["--bless"]).is_err());
        assert!(read(&["instructions", "--bless", "--check"]).is_err());
        assert!(read(&["--fast"]).is_err());
    }
}
