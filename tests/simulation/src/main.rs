//! Runs the simulation: `simulation [--seed N] [--seeds N] [--large] [--sql] [--case NAME] [--trace]`.

#![allow(clippy::print_stdout, clippy::print_stderr)] // it is a program

use std::process::ExitCode;
use std::time::Instant;

use simulation::{KNOWN_CASES, Plan, RunReport, StoreEngine, simulate};

const USAGE: &str = "simulation [--seed N] [--seeds N] [--large] [--sql] [--case NAME] [--trace]";

/// Number of seeds with violations after which no more are run.
const MAX_FAILED: u64 = 10;

#[derive(Debug)]
struct Arguments {
    seed: Option<u64>,
    seeds: u64,
    large: bool,
    /// Use the SQL engine, and compare with the memory store.
    sql: bool,
    case: Option<String>,
    trace: bool,
}

impl Arguments {
    fn read(args: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut read = Self { seed: None, seeds: 1, large: false, sql: false, case: None, trace: false };
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or_else(|| format!("{arg} needs a value\nhelp: {USAGE}"));
            let number = |text: String| text.parse().map_err(|_| format!("`{text}` is not a number"));
            match arg.as_str() {
                "--seed" => read.seed = Some(number(value()?)?),
                "--seeds" => read.seeds = number(value()?)?,
                "--case" => read.case = Some(value()?),
                "--large" => read.large = true,
                "--sql" => read.sql = true,
                "--trace" => read.trace = true,
                _ => return Err(format!("unknown argument `{arg}`\nhelp: {USAGE}")),
            }
        }
        Ok(read)
    }
}

fn main() -> ExitCode {
    match Arguments::read(std::env::args().skip(1)).and_then(|arguments| run(&arguments)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Returns false after a violation.
fn run(arguments: &Arguments) -> Result<bool, String> {
    if let Some(name) = &arguments.case {
        let case = KNOWN_CASES.iter().find(|case| case.name == name.as_str());
        let case = case.ok_or_else(|| format!("unknown case `{name}`"))?;
        println!("{}: {}", case.name, case.trouble);
        let plan = case.plan(arguments.seed.unwrap_or(case.seed));
        return Ok(run_plan(plan, arguments).violations.is_empty());
    }
    let (started, first) = (Instant::now(), arguments.seed.unwrap_or(1));
    let (mut failed, mut hash) = (0, 0_u64);
    let plan = if arguments.large { Plan::large } else { Plan::random };
    let flag = if arguments.large { " --large" } else { "" };
    for seed in first..first.saturating_add(arguments.seeds) {
        let report = run_plan(plan(seed), arguments);
        hash = hash.rotate_left(1) ^ report.trace_hash;
        if !report.violations.is_empty() {
            println!("help: `cargo xtask simulate --seed {seed}{flag} --trace` repeats this run");
            failed += 1;
            if failed == MAX_FAILED {
                break;
            }
        }
    }
    let (seeds, elapsed) = (arguments.seeds, started.elapsed());
    println!("{seeds} seeds, {failed} with violations, in {elapsed:.1?}, hash of all traces {hash:016x}");
    Ok(failed == 0)
}

fn run_plan(mut plan: Plan, arguments: &Arguments) -> RunReport {
    if arguments.sql {
        plan.engine = StoreEngine::Sql;
    }
    let mut report = simulate(&plan, arguments.trace);
    if plan.engine == StoreEngine::Sql {
        let mut in_memory = plan.clone();
        in_memory.engine = StoreEngine::Memory;
        report.compare_with(&simulate(&in_memory, false));
    }
    if arguments.trace || !report.violations.is_empty() {
        println!("{plan:?}");
        for line in &report.trace {
            println!("{line}");
        }
        for violation in &report.violations {
            println!("violation: {violation}");
        }
        println!("{}", report.statistics);
        println!("{} steps, trace hash {:016x}", report.steps, report.trace_hash);
    }
    report
}
