//! Exhaustive check of the model: every rule holds in every reachable state.

use std::collections::BTreeSet;
use std::time::Instant;

use stateright::{Checker, Model};

use crate::model::Protocol;
use crate::state::{BUSY, Interference, QUIET};

/// True for the long check of `cargo xtask model`, which takes minutes.
pub(crate) fn is_long() -> bool {
    std::env::var_os("OAUTH_LONG").is_some()
}

/// Returns the rules that are broken in any state.
pub(crate) fn broken<const N: usize>(protocol: Protocol<N>) -> BTreeSet<&'static str> {
    protocol.checker().spawn_bfs().join().discoveries().into_keys().collect()
}

/// Checks all states. A minimum number of states detects a model that lost some.
fn check<const N: usize>(faults: u8, left: Interference, at_least: usize) {
    let began = Instant::now();
    let checker = Protocol::<N> { left, ..Protocol::with(faults) }.checker().threads(2).spawn_bfs().join();
    println!(
        "{N} processes, up to {faults} faults, {left:?}: {} states, {} steps deep, in {:?}",
        checker.unique_state_count(),
        checker.max_depth(),
        began.elapsed()
    );
    if let Some((rule, path)) = checker.discoveries().into_iter().next() {
        panic!("broken: {rule}\n{:#?}\nends in {:#?}", path.clone().into_actions(), path.last_state());
    }
    assert!(checker.unique_state_count() >= at_least, "{}", checker.unique_state_count());
}

#[test]
fn two_processes_keep_every_rule() {
    check::<2>(3, QUIET, 37_900);
    check::<2>(2, Interference { expiries: 1, ..QUIET }, 37_900);
    if is_long() {
        check::<2>(5, QUIET, 240_000);
        check::<2>(3, Interference { expiries: 2, ..QUIET }, 640_000);
    }
}

#[test]
fn more_processes_keep_every_rule() {
    check::<3>(2, QUIET, 27_000);
    if is_long() {
        check::<3>(4, QUIET, 460_000);
        check::<4>(2, QUIET, 41_000);
    }
}

#[test]
fn a_customer_interferes() {
    check::<2>(1, Interference { expiries: 0, ..BUSY }, 27_000);
    check::<2>(2, Interference { connects: 1, ..QUIET }, 22_000);
    check::<2>(2, Interference { revocations: 1, ..QUIET }, 17_000);
    if is_long() {
        check::<2>(2, BUSY, 2_250_000);
    }
}
