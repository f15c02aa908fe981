//! `cargo xtask fuzz`: runs libFuzzer on the targets of `fuzz/`, one after the other.

use std::path::Path;

use anyhow::{Context, Result};
use lexopt::{Parser, ValueExt};

use super::Command;
use super::tools::{self, CARGO_FUZZ};
use crate::report::{Outcome, Report};
use crate::run::{CapturedOutput, Run};
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "fuzz",
    flags: "[TARGET…] [--seconds N]",
    about: "run libFuzzer on each target of fuzz/, or on the named ones, for N seconds (default 60); `test` runs a short version",
    run: |workspace, args| {
        let flags = Flags::read(args)?;
        let mut report = Report::default();
        run(workspace, &flags, &mut report)?;
        Ok(report)
    },
};

#[derive(Debug, PartialEq, Eq)]
struct Flags {
    /// Empty for all targets.
    targets: Vec<String>,
    seconds: u64,
}

impl Flags {
    fn read(args: &mut Parser) -> Result<Self> {
        let mut flags = Self { targets: Vec::new(), seconds: 60 };
        while let Some(arg) = args.next()? {
            match arg {
                lexopt::Arg::Long("seconds") => flags.seconds = args.value()?.parse()?,
                lexopt::Arg::Value(name) => flags.targets.push(name.string()?),
                other => return Err(other.unexpected().into()),
            }
        }
        anyhow::ensure!(flags.seconds > 0, "--seconds must be at least 1: libFuzzer runs forever with 0");
        Ok(flags)
    }
}

/// Step of `ci --full`.
pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    let all = Flags { targets: Vec::new(), seconds: 60 };
    if let Err(error) = run(workspace, &all, report) {
        report.step("fuzz", || Err(error));
    }
}

fn run(workspace: &Workspace, flags: &Flags, report: &mut Report) -> Result<()> {
    let root = workspace.root();
    let targets = select(all(&root)?, &flags.targets)?;
    let build_folder = workspace.target().join("fuzz");
    let mut built = false;
    report.step("fuzz build", || {
        let outcome = build(&root, &build_folder)?;
        built = matches!(outcome, Outcome::Passed { .. });
        Ok(outcome)
    });
    for target in targets {
        if built {
            report.step(&target, || fuzz(&root, &build_folder, &target, flags.seconds));
        } else {
            report.skip(&target, "not built");
        }
    }
    Ok(())
}

/// Target names, from the files in `fuzz_targets`. A test of `fuzzing` checks that each has its property.
fn all(root: &Path) -> Result<Vec<String>> {
    let folder = root.join("fuzz/fuzz_targets");
    let entries = folder.read_dir().with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        names.extend(name.to_string_lossy().strip_suffix(".rs").map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

fn select(all: Vec<String>, named: &[String]) -> Result<Vec<String>> {
    for name in named {
        anyhow::ensure!(all.contains(name), "unknown fuzz target `{name}`; targets: {}", all.join(", "));
    }
    Ok(if named.is_empty() { all } else { named.to_vec() })
}

fn build(root: &Path, build_folder: &Path) -> Result<Outcome> {
    if let Some(missing) = tools::missing(root, &CARGO_FUZZ)? {
        return Ok(Outcome::failed(missing, CARGO_FUZZ.install()));
    }
    let folder = build_folder.to_string_lossy();
    let seeds = ["run", "--quiet", "--package", "fuzzing", "--example", "seeds", "--", &folder];
    if !Run::cargo(root, &seeds).run_inherited()? {
        return Ok(Outcome::failed("writing the seed inputs failed", "cargo test -p fuzzing"));
    }
    let args = with_folder(&["fuzz", "build"], build_folder);
    if !Run::cargo(root, &as_args(&args)).run_inherited()? {
        return Ok(Outcome::failed("the fuzz targets do not compile", "cargo check -p fuzzing"));
    }
    Ok(Outcome::passed("with coverage, debug assertions and overflow checks"))
}

/// No sanitizer: no crate here has unsafe code, and without one the stable toolchain works.
fn with_folder(fixed: &[&str], build_folder: &Path) -> Vec<String> {
    let mut args: Vec<String> = fixed.iter().map(|word| (*word).to_owned()).collect();
    args.extend(["--sanitizer", "none", "--target-dir"].map(str::to_owned));
    args.push(build_folder.join("target").to_string_lossy().into_owned());
    args
}

fn as_args(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

fn fuzz(root: &Path, build_folder: &Path, target: &str, seconds: u64) -> Result<Outcome> {
    let mut args = with_folder(&["fuzz", "run"], build_folder);
    // libFuzzer adds new inputs to the first folder and starts from the inputs of all folders.
    let corpus = format!("fuzz/corpus/{target}");
    std::fs::create_dir_all(root.join(&corpus)).with_context(|| format!("cannot make {corpus}"))?;
    args.extend([
        target.to_owned(),
        corpus.clone(),
        build_folder.join(target).to_string_lossy().into_owned(),
    ]);
    let regressions = format!("fuzz/regressions/{target}");
    if root.join(&regressions).is_dir() {
        args.push(regressions);
    }
    args.extend([
        "--".to_owned(),
        format!("-max_total_time={seconds}"),
        format!("-dict={}", build_folder.join(format!("{target}.dict")).display()),
        "-max_len=16384".to_owned(),
        // Inputs that take 10 s or 1 GB are failures.
        "-timeout=10".to_owned(),
        "-rss_limit_mb=1024".to_owned(),
        "-print_final_stats=1".to_owned(),
    ]);
    println!("running for {seconds} s");
    let output = Run::cargo(root, &as_args(&args)).capture()?;
    let kept = root.join(&corpus).read_dir().map_or(0, Iterator::count);
    Ok(outcome(target, &output, kept))
}

fn outcome(target: &str, output: &CapturedOutput, kept: usize) -> Outcome {
    let number = |name: &str| {
        let line = output.stderr.lines().find_map(|line| line.strip_prefix(&format!("stat::{name}:")));
        line.map(str::trim)
    };
    let executed = number("number_of_executed_units");
    match (output.ok, executed) {
        (true, Some(executed)) if executed != "0" => {
            let memory = number("peak_rss_mb").unwrap_or("?");
            let new = number("new_units_added").unwrap_or("?");
            Outcome::passed(format!(
                "{executed} executions, no failure; {new} new inputs, {kept} in the corpus; peak {memory} MB"
            ))
        }
        (true, _) => {
            Outcome::failed("libFuzzer executed no input", "run `cargo xtask fuzz` and read the output above")
        }
        (false, _) => failure(target, output),
    }
}

fn failure(target: &str, output: &CapturedOutput) -> Outcome {
    let file =
        output.stderr.lines().find_map(|line| line.split_once("Test unit written to ").map(|(_, file)| file));
    let Some(file) = file else {
        let lines: Vec<&str> = output.stderr.lines().collect();
        let last = lines[lines.len().saturating_sub(20)..].join("\n");
        return Outcome::failed(
            format!("the fuzz target did not run:\n{last}"),
            format!("cargo fuzz run -s none {target}"),
        );
    };
    // The panic message, or libFuzzer's `ERROR: libFuzzer: timeout after 10 seconds`.
    let begins = |line: &&str| line.contains("panicked at ") || line.contains("ERROR: libFuzzer");
    let message =
        output.stderr.lines().skip_while(|line| !begins(line)).take(6).collect::<Vec<_>>().join("\n");
    let help = format!(
        "mkdir -p fuzz/regressions/{target} && cp {file} fuzz/regressions/{target}/DESCRIPTION; \
         `cargo test -p fuzzing` then replays it"
    );
    Outcome::failed(format!("failing input in {file}\n{message}"), help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(ok: bool, stderr: &str) -> CapturedOutput {
        CapturedOutput { ok, stdout: String::new(), stderr: stderr.to_owned() }
    }

    #[test]
    fn parses_flags_and_target_names() {
        let read = |args: &[&str]| Flags::read(&mut Parser::from_args(args));
        assert_eq!(read(&[]).unwrap(), Flags { targets: vec![], seconds: 60 });
        let two = read(&["cctray", "--seconds", "5", "scope_list"]).unwrap();
        assert_eq!(two, Flags { targets: vec!["cctray".into(), "scope_list".into()], seconds: 5 });
        assert!(read(&["--seconds", "0"]).is_err());
        assert!(read(&["--minutes", "1"]).is_err());
        let all = || vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(select(all(), &[]).unwrap(), ["a", "b"]);
        assert_eq!(select(all(), &["b".to_owned()]).unwrap(), ["b"]);
        assert!(select(all(), &["c".to_owned()]).unwrap_err().to_string().contains("a, b"));
    }

    #[test]
    fn run_without_executions_fails() {
        let stats = "stat::number_of_executed_units: 12\nstat::new_units_added:          3\nstat::peak_rss_mb:              50\n";
        let Outcome::Passed { note } = outcome("cctray", &output(true, stats), 7) else { panic!("it held") };
        assert_eq!(note, "12 executions, no failure; 3 new inputs, 7 in the corpus; peak 50 MB");
        let none = "stat::number_of_executed_units: 0\n";
        assert!(matches!(outcome("cctray", &output(true, none), 0), Outcome::Failed { .. }));
        assert!(matches!(outcome("cctray", &output(true, ""), 0), Outcome::Failed { .. }));
    }

    #[test]
    fn failure_shows_input_and_how_to_keep_it() {
        let crash = "#7 NEW\nthread '<unnamed>' panicked at x.rs:1:2:\nit did not hold\nnote: y\n\
                     Test unit written to fuzz/artifacts/cctray/crash-1\nBase64: AA==\n";
        let Outcome::Failed { message, help } = outcome("cctray", &output(false, crash), 0) else {
            panic!("it failed")
        };
        assert!(
            message.contains("fuzz/artifacts/cctray/crash-1\nthread") && message.contains("it did not hold"),
            "{message}"
        );
        assert!(help.contains("cp fuzz/artifacts/cctray/crash-1 fuzz/regressions/cctray/"), "{help}");
        let broken = outcome("cctray", &output(false, "error: no such target\n"), 0);
        assert!(matches!(broken, Outcome::Failed { message, .. } if message.contains("no such target")));
    }
}
