//! A provider's bad hour with 10,000 connections, in numbers.

#![allow(clippy::print_stdout)] // prints what it measured

use simulation::{Plan, Statistics, simulate};

const MINUTE: u64 = 60_000;

fn run(name: &str, plan: &Plan) -> Statistics {
    let report = simulate(plan, false);
    println!("{name}: {}", report.statistics);
    assert!(report.violations.is_empty(), "{:?}\n{}", report.violations, report.trace.join("\n"));
    report.statistics
}

#[test]
#[ignore = "slow without optimization; run by `cargo xtask ci --full`"]
fn outage_of_an_hour_loses_no_customer() {
    let statistics = run("no response for an hour", &Plan::outage(1));
    assert_eq!(statistics.lost, 0);
    assert!(statistics.incident_requests <= 120, "calls in that hour");
    assert!(statistics.peak_in_flight <= 32 && statistics.peak_per_second <= 50);
    // Three sweeps, 10,000 calls at 28 a second, and the ramp.
    assert!((1..20 * MINUTE).contains(&statistics.recovery));
}

#[test]
#[ignore = "slow without optimization; run by `cargo xtask ci --full`"]
fn overload_of_eight_minutes_is_waited_for() {
    let statistics = run("503 with Retry-After: 30 for eight minutes", &Plan::overload(1));
    assert_eq!(statistics.lost, 0);
    // One of each 30 seconds finds out, besides those in flight at its start.
    assert!(statistics.incident_requests <= 16 + 32, "calls in those minutes");
    assert!(statistics.peak_in_flight <= 32 && statistics.peak_per_second <= 50);
    // Three sweeps, 10,000 calls at 28 a second, and the ramp.
    assert!((1..20 * MINUTE).contains(&statistics.recovery));
}
