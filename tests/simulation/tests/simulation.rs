//! Runs of the simulation: small random plans, the known cases, and equal traces.

use std::process::Command;

use simulation::{CaseStatus, KNOWN_CASES, Plan, simulate};

const SEEDS: u64 = 200;

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
fn another_process_has_same_trace() {
    for seed in [3, 11, 27] {
        let hash = format!("trace hash {:016x}", simulate(&Plan::random(seed), false).trace_hash);
        let program = env!("CARGO_BIN_EXE_simulation");
        let output = Command::new(program).args(["--seed", &seed.to_string(), "--trace"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(&hash), "seed {seed}: {hash} is not in\n{text}");
    }
}
