//! Every sandbox fault during a refresh and an API call of each provider, with valid and invalid tokens.
//! Snapshots show the caller's outcome, the number of calls and the state of the connection afterwards.
//!
//! The simulation finds faults of timing and of processes at a provider by RFC 6749. This table finds words
//! of a provider that its dialect does not declare, by the state of the connection afterwards.
#![allow(clippy::unwrap_used)] // a test may panic

mod case;
mod fault_list;
mod provider_driver;

use std::fmt::Write as _;
use std::sync::Arc;

use tokio::sync::Semaphore;

use case::{Call, Case, TokenState};
use provider_driver::ProviderDriver;

/// Number of cases run at the same time: they mostly wait.
const CONCURRENCY: usize = 32;

/// The table of one provider.
async fn table<T: ProviderDriver>() -> String {
    let permits = Arc::new(Semaphore::new(CONCURRENCY));
    let mut outcomes = Vec::new();
    for (name, fault) in fault_list::all() {
        for token in TokenState::of::<T>() {
            for call in Call::of::<T>(token) {
                let case = Case { fault: fault.clone(), token, call };
                let permits = Arc::clone(&permits);
                let outcome = tokio::spawn(async move {
                    let _permit = permits.acquire_owned().await.unwrap();
                    case::run::<T>(case).await
                });
                outcomes.push((format!("{name:<30} | {token:<7} | {call:<7}"), outcome));
            }
        }
    }
    let mut table = format!(
        "{:<30} | {:<7} | {:<7} | {:<32} | token, API | {:<32} | {:<32} | {:<32} | token\n",
        "fault", "token", "call", "the caller", "its next", "another machine", "once it is expired"
    );
    for (case, outcome) in outcomes {
        let outcome = outcome.await.unwrap_or_else(|error| panic!("{case}: {error}"));
        let _ = writeln!(table, "{case} | {outcome}");
    }
    table
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn go1() {
    insta::assert_snapshot!(table::<provider_driver::Go1>().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gocd() {
    insta::assert_snapshot!(table::<provider_driver::Gocd>().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cobot() {
    insta::assert_snapshot!(table::<provider_driver::Cobot>().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cohortgo() {
    insta::assert_snapshot!(table::<provider_driver::CohortGo>().await);
}
