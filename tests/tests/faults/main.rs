//! Every fault of the sandbox, at a refresh and at an API call of every provider, with a token that is valid and with one
//! that is not: what the caller saw, what it took, and what became of the connection.
#![allow(clippy::unwrap_used)] // a test may panic

mod every_fault;
mod player;
mod row;

use std::fmt::Write as _;
use std::sync::Arc;

use tokio::sync::Semaphore;

use player::Player;
use row::{Call, Case, Token};

/// How many rows are played at once: most of their time is waiting.
const AT_ONCE: usize = 32;

/// The table of one provider.
async fn table<T: Player>() -> String {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut rows = Vec::new();
    for (name, fault) in every_fault::all() {
        for token in Token::of::<T>() {
            for call in Call::of::<T>(token) {
                let case = Case { fault: fault.clone(), token, call };
                let turns = Arc::clone(&turns);
                let row = tokio::spawn(async move {
                    let _turn = turns.acquire_owned().await.unwrap();
                    row::play::<T>(case).await
                });
                rows.push((format!("{name:<30} | {token:<7} | {call:<7}"), row));
            }
        }
    }
    let mut table = format!(
        "{:<30} | {:<7} | {:<7} | {:<32} | token, API | {:<32} | {:<32} | {:<32} | token\n",
        "fault", "token", "call", "the caller", "its next", "another machine", "once it is expired"
    );
    for (case, row) in rows {
        let row = row.await.unwrap_or_else(|error| panic!("{case}: {error}"));
        let _ = writeln!(table, "{case} | {row}");
    }
    table
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn go1() {
    insta::assert_snapshot!(table::<player::Go1>().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gocd() {
    insta::assert_snapshot!(table::<player::Gocd>().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cobot() {
    insta::assert_snapshot!(table::<player::Cobot>().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cohortgo() {
    insta::assert_snapshot!(table::<player::CohortGo>().await);
}
