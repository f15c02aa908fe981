//! `cargo xtask simulate`: runs the connections in simulated processes, from seeds.

use anyhow::Result;
use lexopt::{Parser, ValueExt as _};

use super::Command;
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::test_results::TestResults;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "simulate",
    flags: "[--seed N] [--seeds N] [--large] [--sql] [--trace] [--planted]",
    about: "run connections with simulated processes, store, provider and faults; `ci` runs 2,000 seeds",
    run: |workspace, args| {
        let args = program_args(args)?;
        let mut report = Report::default();
        report.step("simulate", || match args.iter().any(|arg| arg == "--planted") {
            true => run_planted(workspace),
            false => run_program(workspace, &args),
        });
        Ok(report)
    },
};

/// The small seeds of each CI run.
pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    report.step("simulate", || run_program(workspace, &["--seeds", "2000"].map(str::to_owned)));
}

/// The seeds of `ci --full`, small and large.
pub(super) fn slow_steps(workspace: &Workspace, report: &mut Report) {
    report.step("simulate many", || run_program(workspace, &["--seeds", "20000"].map(str::to_owned)));
    let large = ["--large", "--seeds", "200"].map(str::to_owned);
    report.step("simulate large", || run_program(workspace, &large));
    report.step("simulate 10,000 connections", || run_scenarios(workspace));
    report.step("simulate planted faults", || run_planted(workspace));
}

/// Checks that the simulation finds the faults that are planted in a build of its own.
fn run_planted(workspace: &Workspace) -> Result<Outcome> {
    let args = "run --profile simulation --package simulation --target-dir target/planted -- --planted";
    let cargo = Run::cargo(&workspace.root(), &args.split(' ').collect::<Vec<_>>());
    let (ok, output) = cargo.env("RUSTFLAGS", "--cfg planted_faults").tee_stdout()?;
    let last = output.lines().last().unwrap_or_default();
    Ok(if ok {
        Outcome::passed(last)
    } else {
        Outcome::failed(
            "a planted fault was not found, see above",
            "`--search-planted` finds another seed for it",
        )
    })
}

/// The scenarios that are too slow without optimization.
fn run_scenarios(workspace: &Workspace) -> Result<Outcome> {
    let args = "test --profile simulation --package simulation --test scenarios -- --ignored --nocapture";
    let (ok, output) = Run::cargo(&workspace.root(), &args.split(' ').collect::<Vec<_>>()).tee_stdout()?;
    let results = TestResults::read(&output);
    Ok(if ok && results.passed > 0 {
        Outcome::passed(results.to_string())
    } else {
        Outcome::failed("a scenario failed, see above", format!("cargo {args}"))
    })
}

/// Checks the flags and returns them for the program.
fn program_args(args: &mut Parser) -> Result<Vec<String>> {
    let mut checked = Vec::new();
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long(name @ ("large" | "sql" | "trace" | "planted")) => {
                checked.push(format!("--{name}"));
            }
            lexopt::Arg::Long(name @ ("seed" | "seeds")) => {
                let name = format!("--{name}");
                let number: u64 = args.value()?.parse()?;
                checked.extend([name, number.to_string()]);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(checked)
}

fn run_program(workspace: &Workspace, args: &[String]) -> Result<Outcome> {
    let fixed = ["run", "--profile", "simulation", "--package", "simulation", "--"];
    let args: Vec<&str> = fixed.into_iter().chain(args.iter().map(String::as_str)).collect();
    let (ok, output) = Run::cargo(&workspace.root(), &args).tee_stdout()?;
    let last = output.lines().last().unwrap_or_default();
    Ok(if ok {
        Outcome::passed(last)
    } else {
        Outcome::failed("a rule was broken, see `violation` above", "correct it, or the simulation")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_flags() {
        let read = |args: &[&str]| program_args(&mut Parser::from_args(args)).ok();
        assert_eq!(read(&[]), Some(Vec::new()));
        let all = ["--seed", "7", "--seeds", "9", "--large", "--sql", "--trace"];
        assert_eq!(read(&all), Some(all.map(str::to_owned).to_vec()));
        assert_eq!((read(&["--seed", "many"]), read(&["--seeds"]), read(&["7"])), (None, None, None));
    }
}
