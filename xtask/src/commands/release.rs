//! `cargo xtask release`: what a release would be, and making one.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use chrono::Utc;
use lexopt::{Parser, ValueExt};

use super::Command;
use super::tools::{self, CARGO_SEMVER_CHECKS};
use crate::rehearse;
use crate::release::baseline::{self, Baseline};
use crate::release::level::Level;
use crate::release::plan::{Plan, Planned};
use crate::release::publish::{Publisher, WallTime};
use crate::release::registry::{CRATES_IO, Index};
use crate::release::{prepare, semver};
use crate::report::{Outcome, Report};
use crate::run;
use crate::run::Run;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "release",
    flags: "plan | semver | rehearse | prepare | publish",
    about: "what a release needs; try it from packages; write versions and changelogs; publish (dry without --execute)",
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
                "release what? plan [--at-least CRATE=LEVEL]… | semver | rehearse | \
                 prepare [--at-least CRATE=LEVEL]… [--date YYYY-MM-DD] | publish [--index URL] [--execute]"
            ),
        }
        Ok(report)
    },
};

/// Quick: for every CI run.
pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    report.step("release plan", || judged(&Plan::of(workspace, &BTreeMap::new())?));
}

/// Slow: for `ci --full`.
pub(super) fn slow_steps(workspace: &Workspace, report: &mut Report) {
    if let Err(error) = semver_steps(workspace, &BTreeMap::new(), report) {
        report.step("semver", || Err(error));
    }
    report.step("semver: planted", || planted(workspace));
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
                    let level = Level::read(level).context("--at-least CRATE=patch|minor|major")?;
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
    for one in &plan.crates {
        println!("{one}");
    }
    match tools::missing(&workspace.root(), &CARGO_SEMVER_CHECKS)? {
        None => println!("By the listings in docs/api; `cargo xtask release semver` looks closer."),
        Some(missing) => {
            println!(
                "By the listings in docs/api. A closer look was not run: {missing}: {}",
                CARGO_SEMVER_CHECKS.install()
            );
        }
    }
    judged(&plan)
}

fn judged(plan: &Plan) -> Result<Outcome> {
    let problems = plan.problems();
    if problems.is_empty() {
        return Ok(Outcome::passed(plan.summary()));
    }
    let what: Vec<&str> = problems.iter().map(|problem| problem.what.as_str()).collect();
    let mut mend: Vec<&str> = problems.iter().map(|problem| problem.mend.as_str()).collect();
    mend.dedup();
    Ok(Outcome::failed(what.join("\n"), mend.join("; ")))
}

fn semver_steps(
    workspace: &Workspace,
    at_least: &BTreeMap<String, Level>,
    report: &mut Report,
) -> Result<()> {
    if let Some(missing) = tools::missing(&workspace.root(), &CARGO_SEMVER_CHECKS)? {
        report.left_out("semver", &format!("{missing}: {}", CARGO_SEMVER_CHECKS.install()));
        return Ok(());
    }
    let plan = Plan::of(workspace, at_least)?;
    let (first, later): (Vec<&Planned>, Vec<&Planned>) =
        plan.crates.iter().partition(|one| one.baseline == Baseline::First);
    for one in later {
        report.step(&format!("semver {}", one.name), || semver::check(workspace, one));
    }
    if !first.is_empty() {
        let names: Vec<&str> = first.iter().map(|one| one.name.as_str()).collect();
        report.left_out("semver", &format!("first releases, nothing to compare with: {}", names.join(", ")));
    }
    Ok(())
}

/// As long as nothing was released, nothing is compared: the fault that is planted for it shows that it would be found.
fn planted(workspace: &Workspace) -> Result<Outcome> {
    let root = workspace.root();
    if let Some(missing) = tools::missing(&root, &CARGO_SEMVER_CHECKS)? {
        return Ok(Outcome::not_run(format!("{missing}: {}", CARGO_SEMVER_CHECKS.install())));
    }
    let args = ["test", "--package", "xtask", "--test", "planted_release", "--", "--ignored"];
    let run = Run::cargo(&root, &args);
    let shown = run.to_string();
    let (ok, output) = run.loudly_kept()?;
    let results = crate::test_results::TestResults::read(&output);
    Ok(if ok && results.passed > 0 {
        Outcome::passed("a planted fault that only cargo-semver-checks sees is found")
    } else {
        Outcome::failed("a planted fault was not found", shown)
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
    println!("bringing Cargo.lock up to date");
    Run::cargo(&root, &["update", "--workspace", "--quiet"]).read()?;
    Ok(Outcome::passed(format!(
        "{}\nnow: review `git diff`, cargo xtask release rehearse, git commit, cargo xtask release publish",
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
        time: WallTime,
        execute: flags.execute,
    };
    let obstacles = publisher.obstacles(&plan)?;
    report.step("ready", || {
        Ok(if obstacles.is_empty() {
            Outcome::passed("committed, prepared, and the versions go with what changed")
        } else {
            Outcome::failed(obstacles.join("\n"), "each as said; then this again")
        })
    });
    if !obstacles.is_empty() && flags.execute {
        return Ok(());
    }
    for one in &plan.crates {
        let mut stopped = false;
        report.step(&format!("publish {}", one.name), || {
            let outcome = publisher.publish(one);
            stopped = outcome.is_err();
            outcome
        });
        if stopped {
            // What comes after it depends on it, or could.
            report.left_out("the rest", "the crate before it could not be published; run this again");
            break;
        }
    }
    if flags.execute {
        println!(
            "\nTags are local, and {} wants committing: `git push --follow-tags` when all is well",
            baseline::FILE
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags() {
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
