//! Each mutation of `oauth-core`'s connections is found by one of the scenarios.

use oauth_core::connections::mutation::Mutation;

use crate::scenarios;
use crate::schedulers::explore;

fn run_with<F: Future<Output = ()> + 'static>(mutation: Mutation, scenario: fn() -> F) {
    mutation.enable();
    explore(scenario);
}

#[test]
fn passes_without_a_mutation() {
    explore(scenarios::many_callers_share_one_refresh);
}

#[test]
#[should_panic(expected = "could not be refreshed meanwhile")]
fn finds_waiters_woken_early() {
    run_with(Mutation::WakesWaitersEarly, scenarios::callers_never_join_ended_flight);
}

#[test]
#[should_panic(expected = "Busy")]
fn finds_an_ended_flight_that_is_kept() {
    run_with(Mutation::KeepsEndedFlight, scenarios::callers_return_when_runtime_ends);
}

#[test]
#[should_panic(expected = "one flight")]
fn finds_a_start_in_two_steps() {
    run_with(Mutation::StartsInTwoSteps, scenarios::many_callers_share_one_refresh);
}

#[test]
#[should_panic(expected = "a reader waits")]
fn finds_a_token_cleared_before_storing() {
    run_with(Mutation::ClearsBeforeStoring, scenarios::readers_never_see_older_token);
}

#[test]
#[should_panic(expected = "memory Connection")]
fn finds_an_ignored_epoch() {
    run_with(Mutation::IgnoresEpoch, scenarios::removal_during_refresh_wins);
}

#[test]
#[should_panic(expected = "memory Connection")]
fn finds_a_publish_without_the_lock() {
    run_with(Mutation::PublishesUnlocked, scenarios::removal_during_refresh_wins);
}

#[test]
#[should_panic(expected = "nothing is left to do")]
fn finds_a_flight_counted_late() {
    run_with(Mutation::CountsLate, scenarios::drain_saves_spent_token);
}
