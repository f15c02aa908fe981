//! Runs the simulation: `simulation [--seed N] [--seeds N] [--large] [--sql] [--case NAME] [--trace]`.

#![allow(clippy::print_stdout, clippy::print_stderr)] // it is a program

use std::num::NonZero;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
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
    #[cfg(planted_faults)]
    match std::env::args().nth(1).as_deref() {
        Some("--planted") => {
            return if simulation::check_planted_faults() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
        Some("--search-planted") => {
            simulation::search_planted_faults();
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
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
        let help = format!("help: `cargo xtask simulate --case {name} --trace` repeats this run\n");
        return Ok(run_plan(plan, arguments, &help).violations.is_empty());
    }
    if arguments.seeds == 0 {
        return Err("no seeds to run".to_owned());
    }
    let (started, first) = (Instant::now(), arguments.seed.unwrap_or(1));
    let end = first.saturating_add(arguments.seeds);
    let (next, run, failed, hash) =
        (AtomicU64::new(first), AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let run_some = || {
        while failed.load(Ordering::Relaxed) < MAX_FAILED {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end {
                break;
            }
            let (plan, flag) = match arguments.large {
                true => (Plan::large(seed), " --large"),
                false => (Plan::random(seed), ""),
            };
            let sql = if arguments.sql { " --sql" } else { "" };
            let help =
                format!("help: `cargo xtask simulate --seed {seed}{flag}{sql} --trace` repeats this run\n");
            let report = run_plan(plan, arguments, &help);
            run.fetch_add(1, Ordering::Relaxed);
            failed.fetch_add(u64::from(!report.violations.is_empty()), Ordering::Relaxed);
            // A sum, because the seeds end in any order.
            hash.fetch_add(report.trace_hash.rotate_left((seed % 64) as u32), Ordering::Relaxed);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(run_some);
        }
    });
    let (run, failed, hash) = (run.into_inner(), failed.into_inner(), hash.into_inner());
    let elapsed = started.elapsed();
    println!("{run} seeds, {failed} with violations, in {elapsed:.1?}, hash of all traces {hash:016x}");
    Ok(failed == 0)
}

/// Runs a plan, and prints its trace and `help` if it has violations.
fn run_plan(mut plan: Plan, arguments: &Arguments, help: &str) -> RunReport {
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
        let violations: Vec<_> = report.violations.iter().map(|one| format!("violation: {one}")).collect();
        // Printed at once, because others run in parallel.
        println!(
            "{plan:?}\n{}\n{}\n{}\n{} steps, trace hash {:016x}",
            report.trace.join("\n"),
            violations.join("\n"),
            report.statistics,
            report.steps,
            report.trace_hash
        );
        if !violations.is_empty() {
            print!("{help}");
        }
    }
    report
}
