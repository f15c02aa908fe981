//! Runs of the simulation: small random plans, the known cases, and equal traces.

use std::collections::BTreeSet;
use std::process::Command;

use simulation::{CaseStatus, KNOWN_CASES, Plan, ViolationKind, simulate};

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
        let kinds: BTreeSet<ViolationKind> =
            report.violations.iter().map(|violation| violation.kind).collect();
        let expected = match case.status {
            CaseStatus::Open(kinds) => kinds,
            _ => &[],
        };
        let first = report.violations.first().map(ToString::to_string).unwrap_or_default();
        assert_eq!(kinds, expected.iter().copied().collect(), "{}: {first}", case.name);
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
