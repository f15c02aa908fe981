//! The targets of `fuzz/` as tests: the seeds, what once broke a promise, and some hundred inputs made from both.
#![allow(clippy::unwrap_used)] // a test may panic

mod changed;

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
        trials.push(Trial::test(format!("{} seeds", target.name), move || each(target, seeds(target))));
        let regressions = fuzzing::regressions(target.name);
        if !regressions.is_empty() {
            trials
                .push(Trial::test(format!("{} regressions", target.name), move || each(target, regressions)));
        }
        trials.push(Trial::test(format!("{} changed", target.name), move || changed(target)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn seeds(target: &Target) -> Vec<(String, Vec<u8>)> {
    let seeds = (target.seeds)();
    assert!(!seeds.is_empty(), "there are no seeds");
    seeds.into_iter().enumerate().map(|(n, seed)| (format!("seed {n}"), seed)).collect()
}

fn each(target: &Target, inputs: Vec<(String, Vec<u8>)>) -> Result<(), Failed> {
    for (name, input) in inputs {
        if let Err(panic) = std::panic::catch_unwind(|| (target.holds)(&input)) {
            let what = panic.downcast_ref::<String>().map_or("it panicked", String::as_str);
            return Err(format!("{name}: {what}\n{}", input.escape_ascii()).into());
        }
    }
    Ok(())
}

fn changed(target: &Target) -> Result<(), Failed> {
    let mut known = (target.seeds)();
    known.extend(fuzzing::regressions(target.name).into_iter().map(|(_, input)| input));
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    // The same ones each time: to look for others is libFuzzer's business, and CI's is to say what a change broke.
    let rng = TestRng::deterministic_rng(config.rng_algorithm);
    TestRunner::new_with_rng(config, rng)
        .run(&changed::inputs(known, target.words), |input| {
            (target.holds)(&input.0);
            Ok(())
        })
        .map_err(|error| {
            let keep = format!("keep the input in fuzz/regressions/{}: printf '%b' '…' > FILE", target.name);
            format!("{error}\n{keep}").into()
        })
}
