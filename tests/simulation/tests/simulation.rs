//! Runs of the simulation: small random plans, the known cases, and equal traces.

use std::process::Command;

use simulation::{CaseStatus, KNOWN_CASES, Plan, StoreEngine, simulate};

/// Few, as tests are not optimized. `cargo xtask ci` runs thousands.
const SEEDS: u64 = 50;

#[test]
fn random_plans_have_no_violation() {
    for seed in 1..=SEEDS {
        let report = simulate(&Plan::random(seed), false);
        if let Some(violation) = report.violations.first() {
            let trace = report.trace.join("\n");
            panic!(
                "{trace}\nseed {seed}: {violation}\nhelp: `cargo xtask simulate --seed {seed} --trace` repeats this run"
            );
        }
    }
}

/// Fails for an open case whose violation has disappeared: set its status to `Corrected`.
#[test]
fn known_cases_have_expected_violations() {
    for case in KNOWN_CASES {
        let report = simulate(&case.plan(case.seed), false);
        let is_as_expected = match case.status {
            CaseStatus::Open(kind) => report.violations.iter().any(|violation| violation.kind == kind),
            _ => report.violations.is_empty(),
        };
        let first = report.violations.first().map(ToString::to_string);
        assert!(is_as_expected, "{} is {:?}, first violation: {first:?}", case.name, case.status);
    }
}

#[test]
fn same_seed_has_same_trace() {
    for seed in 1..=20 {
        let hashes = [(); 2].map(|()| simulate(&Plan::random(seed), false).trace_hash);
        assert_eq!(hashes[0], hashes[1], "seed {seed}");
    }
}

/// Another process has another seed of its hash maps.
#[test]
fn another_process_and_folder_have_same_trace() {
    for seed in [3, 11, 27] {
        let hash = format!("trace hash {:016x}", simulate(&Plan::random(seed), false).trace_hash);
        let mut program = Command::new(env!("CARGO_BIN_EXE_simulation"));
        program.args(["--seed", &seed.to_string(), "--trace"]).current_dir(std::env::temp_dir());
        let text = String::from_utf8(program.output().unwrap().stdout).unwrap();
        assert!(text.contains(&hash), "seed {seed}: {hash} is not in\n{text}");
    }
}

#[test]
fn store_engines_have_same_trace() {
    for seed in 1..=SEEDS {
        let hashes = [StoreEngine::Memory, StoreEngine::Sql].map(|engine| {
            let mut plan = Plan::random(seed);
            plan.engine = engine;
            simulate(&plan, false).trace_hash
        });
        assert_eq!(hashes[0], hashes[1], "seed {seed}");
    }
}
