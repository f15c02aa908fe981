//! The fuzz targets as tests: with their seeds, regressions, and some hundred variations of both.
#![allow(clippy::unwrap_used)] // a test may panic

mod variations;

use std::process::ExitCode;

use fuzzing::Target;
use libtest_mimic::{Arguments, Failed, Trial};
use proptest::test_runner::{Config, TestRng, TestRunner};

/// Inputs of one target.
const CASES: u32 = 400;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for target in fuzzing::ALL {
        trials.push(Trial::test(format!("{} seeds", target.name), move || check_all(target, seeds(target))));
        let regressions = fuzzing::regressions(target.name);
        if !regressions.is_empty() {
            trials.push(Trial::test(format!("{} regressions", target.name), move || {
                check_all(target, regressions)
            }));
        }
        trials.push(Trial::test(format!("{} variations", target.name), move || check_variations(target)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn seeds(target: &Target) -> Vec<(String, Vec<u8>)> {
    let seeds = (target.seeds)();
    assert!(!seeds.is_empty(), "the target has no seeds");
    seeds.into_iter().enumerate().map(|(n, seed)| (format!("seed {n}"), seed)).collect()
}

fn check_all(target: &Target, inputs: Vec<(String, Vec<u8>)>) -> Result<(), Failed> {
    for (name, input) in inputs {
        if let Err(panic) = std::panic::catch_unwind(|| (target.check)(&input)) {
            let message = panic.downcast_ref::<String>().map_or("the target panicked", String::as_str);
            return Err(format!("{name}: {message}\n{}", input.escape_ascii()).into());
        }
    }
    Ok(())
}

fn check_variations(target: &Target) -> Result<(), Failed> {
    let mut known = (target.seeds)();
    known.extend(fuzzing::regressions(target.name).into_iter().map(|(_, input)| input));
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    // Deterministic: CI shows regressions, libFuzzer searches for new failures.
    let rng = TestRng::deterministic_rng(config.rng_algorithm);
    TestRunner::new_with_rng(config, rng)
        .run(&variations::inputs(known, target.dictionary), |input| {
            (target.check)(&input.0);
            Ok(())
        })
        .map_err(|error| {
            let keep = format!("keep the input in fuzz/regressions/{}: printf '%b' '…' > FILE", target.name);
            format!("{error}\n{keep}").into()
        })
}
