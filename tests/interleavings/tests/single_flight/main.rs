//! The connections of one process, under schedules chosen by shuttle.
#![allow(clippy::unwrap_used)] // a test may panic

mod mutations;
mod scenarios;
mod schedulers;

use schedulers::explore;

#[test]
fn many_callers_share_one_refresh() {
    explore(scenarios::many_callers_share_one_refresh);
}

#[test]
fn callers_never_join_ended_flight() {
    explore(scenarios::callers_never_join_ended_flight);
}

#[test]
fn refresh_survives_cancelled_first_caller() {
    explore(scenarios::refresh_survives_cancelled_first_caller);
}

#[test]
fn callers_return_when_runtime_ends() {
    explore(scenarios::callers_return_when_runtime_ends);
}

#[test]
fn insert_during_refresh_wins() {
    explore(scenarios::insert_during_refresh_wins);
}

#[test]
fn removal_during_refresh_wins() {
    explore(scenarios::removal_during_refresh_wins);
}

#[test]
fn due_token_serves_without_waiting() {
    explore(scenarios::due_token_serves_without_waiting);
}

#[test]
fn readers_never_see_older_token() {
    explore(scenarios::readers_never_see_older_token);
}

#[test]
fn token_serves_while_save_is_retried() {
    explore(scenarios::token_serves_while_save_is_retried);
}

#[test]
fn two_processes_make_one_call() {
    explore(scenarios::two_processes_make_one_call);
}

#[test]
fn drain_saves_spent_token() {
    explore(scenarios::drain_saves_spent_token);
}
