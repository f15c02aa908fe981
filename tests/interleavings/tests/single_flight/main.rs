//! The connections of one process, whoever runs when.
#![allow(clippy::unwrap_used)] // a test may panic

mod mutations;
mod scenarios;
mod scheduled;

use scheduled::scheduled;

#[test]
fn many_callers() {
    scheduled(scenarios::many_callers);
}

#[test]
fn callers_at_the_moment_of_landing() {
    scheduled(scenarios::callers_at_the_moment_of_landing);
}

#[test]
fn the_first_caller_gives_up() {
    scheduled(scenarios::the_first_caller_gives_up);
}

#[test]
fn the_runtime_goes_away() {
    scheduled(scenarios::the_runtime_goes_away);
}

#[test]
fn a_person_connects_meanwhile() {
    scheduled(scenarios::a_person_connects_meanwhile);
}

#[test]
fn removed_meanwhile() {
    scheduled(scenarios::removed_meanwhile);
}

#[test]
fn nobody_waits_for_a_token_that_is_due() {
    scheduled(scenarios::nobody_waits_for_a_token_that_is_due);
}

#[test]
fn readers_while_the_token_is_swapped() {
    scheduled(scenarios::readers_while_the_token_is_swapped);
}

#[test]
fn a_save_that_fails_at_first() {
    scheduled(scenarios::a_save_that_fails_at_first);
}

#[test]
fn two_processes() {
    scheduled(scenarios::two_processes);
}

#[test]
fn drained_meanwhile() {
    scheduled(scenarios::drained_meanwhile);
}
