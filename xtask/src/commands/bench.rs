//! `cargo xtask bench`: measures the crates and comparable libraries.
//!
//! The benchmarks are in `benches/`, a separate workspace, because the compared libraries need other
//! dependency versions.

use std::path::Path;

use anyhow::Result;
use lexopt::Parser;

use super::tools::{self, CARGO_DENY, GUNGRAUN_RUNNER};
use super::{Command, join_args};
use crate::instructions::{self, Comparison, Counts};
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "bench",
    flags: "[NAME…] [--peers] [--quick] [--page] [--check] [--bless]",
    about: "run all or the named benchmarks and write the book's performance page; `instructions --check` compares counts",
    run: |workspace, args| {
        let flags = Flags::read(args)?;
        let mut report = Report::default();
        steps(workspace, &flags, &mut report);
        Ok(report)
    },
};

/// Manifest of the benchmark workspace.
const MANIFEST: &str = "benches/Cargo.toml";
/// The benchmark that CI runs by itself, without building the compared libraries.
const INSTRUCTIONS: &str = "instructions";

#[derive(Debug, Default, PartialEq, Eq)]
struct Flags {
    names: Vec<String>,
    /// Flags for the benchmark program: `--peers`, `--quick`, `--page`.
    forwarded: Vec<String>,
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
                    flags.forwarded.push(format!("--{known}"));
                }
                lexopt::Arg::Value(name) if name == INSTRUCTIONS => flags.instructions = true,
                lexopt::Arg::Value(name) => flags.names.push(name.to_string_lossy().into_owned()),
                other => return Err(other.unexpected().into()),
            }
        }
        anyhow::ensure!(!(flags.check && flags.bless), "--check and --bless cannot be combined");
        let counts_only = flags.instructions && flags.names.is_empty() && flags.forwarded.is_empty();
        anyhow::ensure!(
            counts_only || !(flags.bless || flags.check && flags.instructions),
            "--check and --bless apply only to `bench {INSTRUCTIONS}`"
        );
        Ok(flags)
    }
}

fn steps(workspace: &Workspace, flags: &Flags, report: &mut Report) {
    if flags.instructions {
        report.step("bench: instructions", || count_instructions(workspace, flags.bless));
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

/// Steps of `ci --full`: the benchmarks compile and run, and instruction counts have not grown.
pub(super) fn slow_steps(workspace: &Workspace, report: &mut Report) {
    check_steps(workspace, report);
    report.step("bench: instructions", || count_instructions(workspace, false));
}

fn check_steps(workspace: &Workspace, report: &mut Report) {
    let root = workspace.root();
    report.step("bench: licences", || {
        if let Some(missing) = tools::missing(&root, &CARGO_DENY)? {
            return Ok(Outcome::failed(missing, CARGO_DENY.install()));
        }
        let args =
            ["deny", "--locked", "--manifest-path", MANIFEST, "--workspace", "check", "licenses", "sources"];
        Ok(match Run::cargo(&root, &args).run_inherited()? {
            true => Outcome::passed("licences and sources comply with benches/deny.toml"),
            false => Outcome::failed(
                "cargo-deny reported errors, see above",
                "see benches/deny.toml for what is allowed",
            ),
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
        let ok = benches_cargo(workspace, &root, &args).run_inherited()?;
        Ok(outcome(ok, "no warnings in the benchmarks", "warnings, see above"))
    });
    report.step("bench: tests", || {
        let args = ["test", "--locked", "--release", "--manifest-path", MANIFEST, "--package", "benches"];
        let ok = benches_cargo(workspace, &root, &args).run_inherited()?;
        Ok(outcome(
            ok,
            "benchmark tests passed, performance page matches the results",
            "benchmark tests failed, see above",
        ))
    });
    report.step("bench: quick run", || {
        if let failed @ Outcome::Failed { .. } = build(workspace)? {
            return Ok(failed);
        }
        let flags = Flags { forwarded: vec!["--quick".to_owned()], ..Flags::default() };
        measure(workspace, &flags)
    });
}

/// Cargo for the benchmark workspace, with the target directory of this one.
fn benches_cargo(workspace: &Workspace, root: &Path, args: &[&str]) -> Run {
    Run::cargo(root, args).hidden_env("CARGO_TARGET_DIR", &workspace.target().display().to_string())
}

fn build(workspace: &Workspace) -> Result<Outcome> {
    let args = ["build", "--locked", "--release", "--manifest-path", MANIFEST, "--package", "benches"];
    let ok = benches_cargo(workspace, &workspace.root(), &args).run_inherited()?;
    Ok(outcome(ok, "built in release mode", "the benchmarks do not compile"))
}

fn measure(workspace: &Workspace, flags: &Flags) -> Result<Outcome> {
    let program = workspace.target().join("release/benches");
    let args = join_args(&[], &flags.names);
    let args = join_args(&args, &flags.forwarded);
    let ok = Run::exe(&workspace.root(), "benches", program.as_os_str(), &args)
        .hidden_env("CARGO_TARGET_DIR", &workspace.target().display().to_string())
        .run_inherited()?;
    let baseline = flags.forwarded.iter().any(|flag| flag == "--quick");
    let passed = if baseline { "all benchmarks ran" } else { "docs/book/src/performance.md updated" };
    Ok(outcome(ok, passed, "a benchmark failed, see above"))
}

fn outcome(ok: bool, passed: &str, failed: &str) -> Outcome {
    if ok { Outcome::passed(passed) } else { Outcome::failed(failed, "cargo xtask bench NAME --quick") }
}

/// Counts instructions of the hot path and compares them with `benches/instructions.json`.
fn count_instructions(workspace: &Workspace, bless: bool) -> Result<Outcome> {
    let root = workspace.root();
    if Run::program(&root, "valgrind", &["--version"]).capture().is_err() {
        let message = "valgrind is not installed; it counts the instructions";
        return Ok(Outcome::failed(message, "apt-get install valgrind"));
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
    let (ok, output) = benches_cargo(workspace, &root, &args).capture_stdout()?;
    if !ok {
        return Ok(Outcome::failed(
            "counting instructions failed, see above",
            "cargo xtask bench instructions",
        ));
    }
    let rustc = Run::program(&root, "rustc", &["--version"]).read()?.trim().to_owned();
    let counts = Counts { rustc, counts: instructions::parse_output(&output)? };
    println!("{}", counts.to_table());
    let file = root.join("benches/instructions.json");
    if bless {
        std::fs::write(&file, counts.to_json()?)?;
        return Ok(Outcome::passed("benches/instructions.json updated"));
    }
    let baseline = file.is_file().then(|| std::fs::read_to_string(&file)).transpose()?;
    let help = "find the cause; if the growth is justified, run `cargo xtask bench instructions --bless`";
    Ok(match counts.compare_with_baseline(baseline.as_deref())? {
        Comparison::WithinLimit(note) => Outcome::passed(note),
        Comparison::Exceeded(message) => Outcome::failed(message, help),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_flags() {
        let read = |args: &[&str]| Flags::read(&mut Parser::from_args(args));
        assert_eq!(read(&[]).unwrap(), Flags::default());
        let some = read(&["header", "--quick", "cli"]).unwrap();
        assert_eq!(
            (some.names, some.forwarded),
            (vec!["header".to_owned(), "cli".into()], vec!["--quick".into()])
        );
        assert!(read(&["instructions", "--bless"]).unwrap().bless);
        assert!(read(&["instructions", "--check"]).unwrap().check);
        assert!(read(&["--bless"]).is_err());
        assert!(read(&["instructions", "--bless", "--check"]).is_err());
        assert!(read(&["--fast"]).is_err());
    }
}
