//! Mistakes that the schedulers must find, each in a copy of the source that is right but for it.
#![allow(warnings)] // the copy is of a library, and linted where it is at home

extern crate self as oauth_core;

use std::cell::Cell;

mod scenarios;
mod scheduled;

include!(concat!(env!("OUT_DIR"), "/planted/lib.rs"));

thread_local! {
    static PLANTED: Cell<&'static str> = const { Cell::new("") };
}

/// Whether this mistake is made.
fn planted(mistake: &str) -> bool {
    PLANTED.get() == mistake
}

fn find<F: Future<Output = ()> + 'static>(mistake: &'static str, scenario: fn() -> F) {
    PLANTED.set(mistake);
    scheduled::scheduled(scenario);
}

/// Without any mistake the copy is as good as its original.
#[test]
fn nothing() {
    find("", scenarios::many_callers);
}

#[test]
#[should_panic(expected = "could not be refreshed meanwhile")]
fn woken_early() {
    find("woken early", scenarios::callers_at_the_moment_of_landing);
}

#[test]
#[should_panic(expected = "Busy")]
fn left_behind() {
    find("left behind", scenarios::the_runtime_goes_away);
}

#[test]
#[should_panic(expected = "one flight")]
fn two_steps() {
    find("two steps", scenarios::many_callers);
}

#[test]
#[should_panic(expected = "a reader waits")]
fn emptied() {
    find("emptied", scenarios::readers_while_the_token_is_swapped);
}

#[test]
#[should_panic(expected = "memory Connection")]
fn undone() {
    find("undone", scenarios::removed_meanwhile);
}

#[test]
#[should_panic(expected = "memory Connection")]
fn unlocked() {
    find("unlocked", scenarios::removed_meanwhile);
}

#[test]
#[should_panic(expected = "nothing is left to do")]
fn counted_late() {
    find("counted late", scenarios::drained_meanwhile);
}
