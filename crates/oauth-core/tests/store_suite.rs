//! The store in memory keeps every rule of the contract.
#![cfg(feature = "store-suite")]

use std::sync::Arc;
use std::time::Duration;

use oauth_core::store::{MemoryStore, suite};
use oauth_testing::ManualClock;

#[tokio::test]
async fn memory() {
    let clock = ManualClock::default();
    suite::all(Arc::new(MemoryStore::with_clock(clock.clone())), async |by: Duration| {
        clock.advance_secs(by.as_secs().max(1).try_into().unwrap_or(i64::MAX));
    })
    .await;
}

#[tokio::test]
async fn memory_by_the_machines_clock() {
    suite::all(Arc::new(MemoryStore::new()), tokio::time::sleep).await;
}
