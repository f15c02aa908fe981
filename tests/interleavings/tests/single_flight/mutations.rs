//! Each mutation of `oauth-core`'s connections is found by one of the scenarios.

use oauth_core::connections::mutation::Mutation;

use crate::scenarios;
use crate::scheduled::scheduled;

fn run_with<F: Future<Output = ()> + 'static>(mutation: Mutation, scenario: fn() -> F) {
    mutation.enable();
    scheduled(scenario);
}

#[test]
fn passes_without_a_mutation() {
    scheduled(scenarios::many_callers);
}

#[test]
#[should_panic(expected = "could not be refreshed meanwhile")]
fn finds_waiters_woken_early() {
    run_with(Mutation::WakesWaitersEarly, scenarios::callers_at_the_moment_of_landing);
}

#[test]
#[should_panic(expected = "Busy")]
fn finds_an_ended_flight_that_is_kept() {
    run_with(Mutation::KeepsEndedFlight, scenarios::the_runtime_goes_away);
}

#[test]
#[should_panic(expected = "one flight")]
fn finds_a_start_in_two_steps() {
    run_with(Mutation::StartsInTwoSteps, scenarios::many_callers);
}

#[test]
#[should_panic(expected = "a reader waits")]
fn finds_a_token_cleared_before_storing() {
    run_with(Mutation::ClearsBeforeStoring, scenarios::readers_while_the_token_is_swapped);
}

#[test]
#[should_panic(expected = "memory Connection")]
fn finds_an_ignored_era() {
    run_with(Mutation::IgnoresEra, scenarios::removed_meanwhile);
}

#[test]
#[should_panic(expected = "memory Connection")]
fn finds_a_publish_without_the_lock() {
    run_with(Mutation::PublishesUnlocked, scenarios::removed_meanwhile);
}

#[test]
#[should_panic(expected = "nothing is left to do")]
fn finds_a_flight_counted_late() {
    run_with(Mutation::CountsLate, scenarios::drained_meanwhile);
}
