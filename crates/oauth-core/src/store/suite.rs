//! The tests that every [`TokenStore`] must pass.
//!
//! A store is run against all of them by one call, with a way to let its clock go on: sleeping, or moving a clock that
//! the store goes by. Leases that are to run out last [`SHORT`], all others long enough never to.
//!
//! ```
//! # async fn example(my_store: std::sync::Arc<dyn oauth_core::store::TokenStore>) {
//! oauth_core::store::suite::all(my_store, tokio::time::sleep).await;
//! # }
//! ```
//!
//! The store should be empty before: the suite uses providers whose names begin with `suite-`. A rule that is broken
//! panics, saying which.

mod finding;
mod leases;
mod records;
mod saving;
mod using_once;

use std::sync::Arc;
use std::time::Duration;

use super::contract::{
    AcquireOutcome, Content, Key, LeaseOwner, Record, RecordState, StoreError, TokenStore,
};
use crate::error::reconnect_reason::ReconnectReason;

/// How long leases last that are to run out.
pub const SHORT: Duration = Duration::from_millis(200);
/// How long all other leases last: no machine is so slow.
const LONG: Duration = Duration::from_secs(3_600);

/// Runs a store against every rule.
///
/// # Panics
/// If it breaks one.
pub async fn all(store: Arc<dyn TokenStore>, pass: impl AsyncFn(Duration)) {
    let suite = Suite { store, pass };
    suite.what_is_kept_comes_back().await;
    suite.keys_do_not_touch_each_other().await;
    suite.an_insert_always_wins().await;
    suite.a_removed_key_goes_on_counting().await;
    suite.content_of_any_kind().await;
    suite.one_holder_at_a_time().await;
    suite.of_many_who_ask_one_gets_it().await;
    suite.a_lease_runs_out_and_is_renewed().await;
    suite.a_lease_ends_by_its_own_fence_only().await;
    suite.a_refresh_is_begun_by_the_holder_only().await;
    suite.an_intent_ages_and_outlives_its_lease().await;
    suite.a_save_needs_the_generation_and_no_lease().await;
    suite.of_many_who_save_one_is_accepted().await;
    suite.a_save_ends_what_was_in_doubt().await;
    suite.a_change_of_state_needs_fence_and_generation().await;
    suite.a_list_is_by_account_and_in_pages().await;
    suite.what_is_due_comes_lapsing_first().await;
    suite.a_name_is_used_once().await;
    suite.of_many_who_use_a_name_one_does().await;
}

struct Suite<F> {
    store: Arc<dyn TokenStore>,
    pass: F,
}

impl<F: AsyncFn(Duration)> Suite<F> {
    /// Lets the store's clock go on until a lease of [`SHORT`] has run out for certain.
    async fn outlast(&self) {
        (self.pass)(SHORT * 2).await;
    }

    /// A connected account.
    async fn connected(&self, rule: &str, bytes: &str) -> (Key, u64) {
        let key = Key::new(format!("suite-{rule}"), "acme");
        let generation = ok(self.store.insert(&key, Content::new(bytes)).await);
        (key, generation)
    }

    async fn read(&self, key: &Key) -> Record {
        let Some(record) = ok(self.store.load(key).await) else { panic!("nothing is stored under {key}") };
        record
    }

    /// A lease that is free.
    async fn lease(&self, key: &Key, owner: &str, length: Duration) -> (u64, Record) {
        match ok(self.store.acquire(key, &LeaseOwner::new(owner), length).await) {
            AcquireOutcome::Granted { fence, record } => (fence, record),
            other => panic!("a free lease was not granted: {other:?}"),
        }
    }

    /// A lease that is not free.
    async fn held(&self, key: &Key, owner: &str) -> (Duration, Record) {
        match ok(self.store.acquire(key, &LeaseOwner::new(owner), LONG).await) {
            AcquireOutcome::Held { for_another, record } => (for_another, record),
            other => panic!("a lease was granted twice, or the record is gone: {other:?}"),
        }
    }
}

fn ok<T>(answer: Result<T, StoreError>) -> T {
    answer.unwrap_or_else(|error| panic!("the store failed: {error} ({:?})", error.kind()))
}

/// Some state that is not active. Whole seconds, since not every database keeps more.
fn broken() -> RecordState {
    RecordState::NeedsReconnect { reason: ReconnectReason::OutcomeUnknown, at: at(5) }
}

/// A point in time.
fn at(second: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(1_767_323_045 + second, 0).unwrap_or_default()
}
