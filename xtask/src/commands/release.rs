//! `cargo xtask release`: plans, checks, prepares and publishes releases.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use chrono::Utc;
use lexopt::{Parser, ValueExt};

use super::Command;
use super::tools::{self, CARGO_SEMVER_CHECKS};
use crate::rehearse;
use crate::release::baseline::{self, Baseline};
use crate::release::level::Level;
use crate::release::plan::{CratePlan, Plan};
use crate::release::publish::{Publisher, SystemClock};
use crate::release::registry::{CRATES_IO, Index};
use crate::release::{prepare, semver};
use crate::report::{Outcome, Report};
use crate::run;
use crate::run::Run;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "release",
    flags: "plan | semver | rehearse | prepare | publish",
    about: "show required versions; test the packages; write versions and changelogs; publish (a dry run without --execute)",
    run: |workspace, args| {
        let word = match args.next()? {
            Some(lexopt::Arg::Value(word)) => word.string()?,
            _ => String::new(),
        };
        let flags = Flags::read(args)?;
        let mut report = Report::default();
        match word.as_str() {
            "plan" => report.step("release plan", || plan(workspace, &flags)),
            "semver" => semver_steps(workspace, &flags.at_least, &mut report)?,
            "rehearse" => rehearse::steps(workspace, &mut report),
            "prepare" => report.step("release prepare", || prepare(workspace, &flags)),
            "publish" => publish(workspace, &flags, &mut report)?,
            _ => anyhow::bail!(
                "usage: cargo xtask release plan [--at-least CRATE=LEVEL]… | semver | rehearse | \
                 prepare [--at-least CRATE=LEVEL]… [--date YYYY-MM-DD] | publish [--index URL] [--execute]"
            ),
        }
        Ok(report)
    },
};

/// Quick step, part of every CI run.
pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    report.step("release plan", || outcome(&Plan::of(workspace, &BTreeMap::new())?));
}

/// Slow steps of `ci --full`.
pub(super) fn slow_steps(workspace: &Workspace, report: &mut Report) {
    if let Err(error) = semver_steps(workspace, &BTreeMap::new(), report) {
        report.step("semver", || Err(error));
    }
    report.step("semver: self-test", || self_test(workspace));
    rehearse::steps(workspace, report);
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Flags {
    at_least: BTreeMap<String, Level>,
    date: Option<String>,
    index: Option<String>,
    execute: bool,
}

impl Flags {
    fn read(args: &mut Parser) -> Result<Self> {
        let mut flags = Self::default();
        while let Some(arg) = args.next()? {
            match arg {
                lexopt::Arg::Long("at-least") => {
                    let value = args.value()?.string()?;
                    let (name, level) =
                        value.split_once('=').context("--at-least CRATE=patch|minor|major")?;
                    let level = Level::parse(level).context("--at-least CRATE=patch|minor|major")?;
                    flags.at_least.insert(name.to_owned(), level);
                }
                lexopt::Arg::Long("date") => {
                    let date = args.value()?.string()?;
                    chrono::NaiveDate::parse_from_str(&date, "%Y-%m-%d").context("--date YYYY-MM-DD")?;
                    flags.date = Some(date);
                }
                lexopt::Arg::Long("index") => flags.index = Some(args.value()?.string()?),
                lexopt::Arg::Long("execute") => flags.execute = true,
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(flags)
    }
}

fn plan(workspace: &Workspace, flags: &Flags) -> Result<Outcome> {
    let plan = Plan::of(workspace, &flags.at_least)?;
    for krate in &plan.crates {
        println!("{krate}");
    }
    match tools::missing(&workspace.root(), &CARGO_SEMVER_CHECKS)? {
        None => println!("Based on commits; `cargo xtask release semver` compares the public APIs."),
        Some(missing) => {
            println!(
                "Based on commits only, without comparing the public APIs. {missing}; help: {}",
                CARGO_SEMVER_CHECKS.install()
            );
        }
    }
    outcome(&plan)
}

fn outcome(plan: &Plan) -> Result<Outcome> {
    let problems = plan.problems();
    if problems.is_empty() {
        return Ok(Outcome::passed(plan.summary()));
    }
    let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    let mut help: Vec<&str> = problems.iter().map(|problem| problem.help.as_str()).collect();
    help.dedup();
    Ok(Outcome::failed(messages.join("\n"), help.join("; ")))
}

fn semver_steps(
    workspace: &Workspace,
    at_least: &BTreeMap<String, Level>,
    report: &mut Report,
) -> Result<()> {
    if let Some(missing) = tools::missing(&workspace.root(), &CARGO_SEMVER_CHECKS)? {
        report.skip("semver", &format!("{missing}; help: {}", CARGO_SEMVER_CHECKS.install()));
        return Ok(());
    }
    let plan = Plan::of(workspace, at_least)?;
    let (first, later): (Vec<&CratePlan>, Vec<&CratePlan>) =
        plan.crates.iter().partition(|krate| krate.baseline == Baseline::First);
    for krate in later {
        report.step(&format!("semver {}", krate.name), || semver::check(workspace, krate));
    }
    if !first.is_empty() {
        let names: Vec<&str> = first.iter().map(|krate| krate.name.as_str()).collect();
        report.skip("semver", &format!("first releases have no baseline: {}", names.join(", ")));
    }
    Ok(())
}

/// Without a release there is nothing to compare, so this checks that cargo-semver-checks would find a
/// breaking change.
fn self_test(workspace: &Workspace) -> Result<Outcome> {
    let root = workspace.root();
    if let Some(missing) = tools::missing(&root, &CARGO_SEMVER_CHECKS)? {
        return Ok(Outcome::not_run(format!("{missing}; help: {}", CARGO_SEMVER_CHECKS.install())));
    }
    let args = ["test", "--package", "xtask", "--test", "finds_release_errors", "--", "--ignored"];
    let run = Run::cargo(&root, &args);
    let command = run.to_string();
    let (ok, output) = run.tee_stdout()?;
    let results = crate::test_results::TestResults::read(&output);
    Ok(if ok && results.passed > 0 {
        Outcome::passed("cargo-semver-checks finds a removed function and a new required trait method")
    } else {
        Outcome::failed("a breaking change was not found", command)
    })
}

fn prepare(workspace: &Workspace, flags: &Flags) -> Result<Outcome> {
    let plan = Plan::of(workspace, &flags.at_least)?;
    let root = workspace.root();
    let date = flags.date.clone().unwrap_or_else(|| Utc::now().format("%Y-%m-%d").to_string());
    let edits = prepare::edits(&root, &plan, &date)?;
    if edits.is_empty() {
        return Ok(Outcome::passed(format!("nothing to write: {}", plan.summary())));
    }
    for edit in &edits {
        println!("writing {}", edit.path);
        std::fs::write(root.join(&edit.path), &edit.text)?;
    }
    println!("updating Cargo.lock");
    Run::cargo(&root, &["update", "--workspace", "--quiet"]).read()?;
    Ok(Outcome::passed(format!(
        "{}\nnext: review `git diff`, run `cargo xtask release rehearse`, commit, run `cargo xtask release publish`",
        plan.summary()
    )))
}

fn publish(workspace: &Workspace, flags: &Flags, report: &mut Report) -> Result<()> {
    let plan = Plan::of(workspace, &BTreeMap::new())?;
    let (root, target) = (workspace.root(), workspace.target());
    let publisher = Publisher {
        root: &root,
        target: &target,
        cargo: run::cargo(),
        index: Index::at(flags.index.as_deref().unwrap_or(CRATES_IO)),
        clock: SystemClock,
        execute: flags.execute,
    };
    let before = report.failures();
    let mut blockers = publisher.blockers(&plan)?;
    if plan.crates.iter().any(|krate| krate.baseline != Baseline::First && krate.releases()) {
        if let Some(missing) = tools::missing(&root, &CARGO_SEMVER_CHECKS)? {
            blockers.push(format!("{missing}\n  help: {}", CARGO_SEMVER_CHECKS.install()));
        } else {
            semver_steps(workspace, &BTreeMap::new(), report)?;
        }
    }
    report.step("preconditions", || {
        Ok(if blockers.is_empty() {
            Outcome::passed("everything is committed and prepared, and the versions match the changes")
        } else {
            Outcome::failed(blockers.join("\n"), "fix each error as described, then run this again")
        })
    });
    if report.failures() > before && flags.execute {
        return Ok(());
    }
    for krate in &plan.crates {
        let mut stopped = false;
        report.step(&format!("publish {}", krate.name), || {
            let outcome = publisher.publish(krate);
            stopped = outcome.is_err();
            outcome
        });
        if stopped {
            // Later crates may depend on this one.
            report.skip("remaining crates", "an earlier crate could not be published; run this again");
            break;
        }
    }
    if flags.execute {
        println!("\nThe tags are local. Commit {}, then run `git push --follow-tags`.", baseline::FILE);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_flags() {
        let read = |args: &[&str]| Flags::read(&mut Parser::from_args(args));
        let flags = read(&["--at-least", "go1=major", "--date", "2025-02-03"]).unwrap();
        assert_eq!(flags.at_least["go1"], Level::Major);
        assert!(!flags.execute);
        assert!(read(&["--execute"]).unwrap().execute);
        for bad in [&["--at-least", "go1"][..], &["--at-least", "go1=huge"], &["--date", "today"], &["--now"]]
        {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }
}
