//! `cargo xtask fuzz`: libFuzzer on the properties of `tests/fuzzing`, one target after the other.

use std::path::Path;

use anyhow::{Context, Result};
use lexopt::{Parser, ValueExt};

use super::Command;
use super::tools::{self, CARGO_FUZZ};
use crate::report::{Outcome, Report};
use crate::run::{Captured, Run};
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "fuzz",
    flags: "[TARGET…] [--seconds N]",
    about: "libFuzzer on each target of fuzz/ (or the named ones) for N seconds, 60 if not said; `test` does it in small",
    run: |workspace, args| {
        let flags = Flags::read(args)?;
        let mut report = Report::default();
        run(workspace, &flags, &mut report)?;
        Ok(report)
    },
};

#[derive(Debug, PartialEq, Eq)]
struct Flags {
    /// None: all.
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
        anyhow::ensure!(flags.seconds > 0, "libFuzzer takes 0 seconds for ever");
        Ok(flags)
    }
}

/// For `ci --full`.
pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    let all = Flags { targets: Vec::new(), seconds: 60 };
    if let Err(error) = run(workspace, &all, report) {
        report.step("fuzz", || Err(error));
    }
}

fn run(workspace: &Workspace, flags: &Flags, report: &mut Report) -> Result<()> {
    let root = workspace.root();
    let targets = chosen(all(&root)?, &flags.targets)?;
    let made = workspace.target().join("fuzz");
    let mut built = false;
    report.step("fuzz build", || {
        let outcome = build(&root, &made)?;
        built = matches!(outcome, Outcome::Passed { .. });
        Ok(outcome)
    });
    for target in targets {
        if built {
            report.step(&target, || fuzz(&root, &made, &target, flags.seconds));
        } else {
            report.left_out(&target, "not built");
        }
    }
    Ok(())
}

/// By the programs there are; that each has its property is a test of `fuzzing`.
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

fn chosen(all: Vec<String>, named: &[String]) -> Result<Vec<String>> {
    for name in named {
        anyhow::ensure!(all.contains(name), "there is no target `{name}`, only {}", all.join(", "));
    }
    Ok(if named.is_empty() { all } else { named.to_vec() })
}

fn build(root: &Path, made: &Path) -> Result<Outcome> {
    if let Some(missing) = tools::missing(root, &CARGO_FUZZ)? {
        return Ok(Outcome::failed(missing, CARGO_FUZZ.install()));
    }
    let folder = made.to_string_lossy();
    let seeds = ["run", "--quiet", "--package", "fuzzing", "--example", "seeds", "--", &folder];
    if !Run::cargo(root, &seeds).loudly()? {
        return Ok(Outcome::failed("the seeds could not be written", "cargo test -p fuzzing"));
    }
    let words = with_folder(&["fuzz", "build"], made);
    if !Run::cargo(root, &as_words(&words)).loudly()? {
        return Ok(Outcome::failed("the targets do not compile", "cargo check -p fuzzing"));
    }
    Ok(Outcome::passed("with coverage, debug assertions and overflow checks"))
}

/// Without a sanitizer: no crate here has unsafe code, and without one the stable toolchain will do.
fn with_folder(begin: &[&str], made: &Path) -> Vec<String> {
    let mut words: Vec<String> = begin.iter().map(|word| (*word).to_owned()).collect();
    words.extend(["--sanitizer", "none", "--target-dir"].map(str::to_owned));
    words.push(made.join("target").to_string_lossy().into_owned());
    words
}

fn as_words(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

fn fuzz(root: &Path, made: &Path, target: &str, seconds: u64) -> Result<Outcome> {
    let mut words = with_folder(&["fuzz", "run"], made);
    // It grows the first folder, and begins with what is in all of them.
    let corpus = format!("fuzz/corpus/{target}");
    std::fs::create_dir_all(root.join(&corpus)).with_context(|| format!("cannot make {corpus}"))?;
    words.extend([target.to_owned(), corpus.clone(), made.join(target).to_string_lossy().into_owned()]);
    let regressions = format!("fuzz/regressions/{target}");
    if root.join(&regressions).is_dir() {
        words.push(regressions);
    }
    words.extend([
        "--".to_owned(),
        format!("-max_total_time={seconds}"),
        format!("-dict={}", made.join(format!("{target}.dict")).display()),
        "-max_len=16384".to_owned(),
        // An input that takes seconds, or a gigabyte, is a finding.
        "-timeout=10".to_owned(),
        "-rss_limit_mb=1024".to_owned(),
        "-print_final_stats=1".to_owned(),
    ]);
    println!("for {seconds} s");
    let said = Run::cargo(root, &as_words(&words)).quietly()?;
    let kept = root.join(&corpus).read_dir().map_or(0, Iterator::count);
    Ok(judge(target, &said, kept))
}

fn judge(target: &str, said: &Captured, kept: usize) -> Outcome {
    let number = |name: &str| {
        let line = said.stderr.lines().find_map(|line| line.strip_prefix(&format!("stat::{name}:")));
        line.map(str::trim)
    };
    let executed = number("number_of_executed_units");
    match (said.ok, executed) {
        (true, Some(executed)) if executed != "0" => {
            let memory = number("peak_rss_mb").unwrap_or("?");
            let new = number("new_units_added").unwrap_or("?");
            Outcome::passed(format!(
                "{executed} executions, 0 findings; {new} new inputs, {kept} in the corpus; {memory} MB at most"
            ))
        }
        (true, _) => {
            Outcome::failed("nothing was executed", "cargo xtask fuzz, and look at what it says above")
        }
        (false, _) => found(target, said),
    }
}

fn found(target: &str, said: &Captured) -> Outcome {
    let file =
        said.stderr.lines().find_map(|line| line.split_once("Test unit written to ").map(|(_, file)| file));
    let Some(file) = file else {
        let lines: Vec<&str> = said.stderr.lines().collect();
        let last = lines[lines.len().saturating_sub(20)..].join("\n");
        return Outcome::failed(
            format!("it did not run:\n{last}"),
            format!("cargo fuzz run -s none {target}"),
        );
    };
    // The panic's own words, or libFuzzer's: `ERROR: libFuzzer: timeout after 10 seconds`.
    let begins = |line: &&str| line.contains("panicked at ") || line.contains("ERROR: libFuzzer");
    let what = said.stderr.lines().skip_while(|line| !begins(line)).take(6).collect::<Vec<_>>().join("\n");
    let mend = format!(
        "mkdir -p fuzz/regressions/{target} && cp {file} fuzz/regressions/{target}/WHAT-IT-SHOWS, \
         which `cargo test -p fuzzing` replays from then on"
    );
    Outcome::failed(format!("a finding, in {file}\n{what}"), mend)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(ok: bool, stderr: &str) -> Captured {
        Captured { ok, stdout: String::new(), stderr: stderr.to_owned() }
    }

    #[test]
    fn flags_and_names() {
        let read = |args: &[&str]| Flags::read(&mut Parser::from_args(args));
        assert_eq!(read(&[]).unwrap(), Flags { targets: vec![], seconds: 60 });
        let two = read(&["cctray", "--seconds", "5", "scope_list"]).unwrap();
        assert_eq!(two, Flags { targets: vec!["cctray".into(), "scope_list".into()], seconds: 5 });
        assert!(read(&["--seconds", "0"]).is_err());
        assert!(read(&["--minutes", "1"]).is_err());
        let all = || vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(chosen(all(), &[]).unwrap(), ["a", "b"]);
        assert_eq!(chosen(all(), &["b".to_owned()]).unwrap(), ["b"]);
        assert!(chosen(all(), &["c".to_owned()]).unwrap_err().to_string().contains("a, b"));
    }

    #[test]
    fn a_run_is_judged_by_what_it_executed() {
        let stats = "stat::number_of_executed_units: 12\nstat::new_units_added:          3\nstat::peak_rss_mb:              50\n";
        let Outcome::Passed { note } = judge("cctray", &said(true, stats), 7) else { panic!("it held") };
        assert_eq!(note, "12 executions, 0 findings; 3 new inputs, 7 in the corpus; 50 MB at most");
        let none = "stat::number_of_executed_units: 0\n";
        assert!(matches!(judge("cctray", &said(true, none), 0), Outcome::Failed { .. }));
        assert!(matches!(judge("cctray", &said(true, ""), 0), Outcome::Failed { .. }));
    }

    #[test]
    fn a_finding_says_where_its_input_is_and_how_it_is_kept() {
        let crash = "#7 NEW\nthread '<unnamed>' panicked at x.rs:1:2:\nit did not hold\nnote: y\n\
                     Test unit written to fuzz/artifacts/cctray/crash-1\nBase64: AA==\n";
        let Outcome::Failed { what, mend } = judge("cctray", &said(false, crash), 0) else {
            panic!("it failed")
        };
        assert!(
            what.contains("fuzz/artifacts/cctray/crash-1\nthread") && what.contains("it did not hold"),
            "{what}"
        );
        assert!(mend.contains("cp fuzz/artifacts/cctray/crash-1 fuzz/regressions/cctray/"), "{mend}");
        let broken = judge("cctray", &said(false, "error: no such target\n"), 0);
        assert!(matches!(broken, Outcome::Failed { what, .. } if what.contains("no such target")));
    }
}
