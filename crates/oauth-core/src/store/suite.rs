//! Test suite that every [`TokenStore`] must pass.
//!
//! [`all`] runs the suite against a store. It needs a function that advances the store's clock: by sleeping,
//! or by setting a clock that the store uses. Leases that expire during a test last [`SHORT`].
//!
//! ```
//! # async fn example(my_store: std::sync::Arc<dyn oauth_core::store::TokenStore>) {
//! oauth_core::store::suite::all(my_store, tokio::time::sleep).await;
//! # }
//! ```
//!
//! The store should be empty. The suite uses providers whose names start with `suite-`. It panics with a
//! message if the store breaks a rule.

mod claims;
mod leases;
mod queries;
mod records;
mod saves;

use std::sync::Arc;
use std::time::Duration;

use super::contract::{
    AcquireOutcome, Content, Key, LeaseOwner, Record, RecordState, StoreError, TokenStore,
};
use crate::error::reconnect_reason::ReconnectReason;

/// Length of leases that expire during a test.
pub const SHORT: Duration = Duration::from_millis(200);
/// Length of all other leases: longer than any test.
const LONG: Duration = Duration::from_secs(3_600);

/// Checks every rule of the contract. `advance` advances the store's clock by at least a given time.
///
/// # Panics
/// If the store breaks a rule.
pub async fn all(store: Arc<dyn TokenStore>, advance: impl AsyncFn(Duration)) {
    let suite = Suite { store, advance };
    suite.load_returns_inserted_record().await;
    suite.similar_keys_are_independent().await;
    suite.insert_replaces_any_record().await;
    suite.removed_key_keeps_its_counters().await;
    suite.stores_content_of_any_kind().await;
    suite.lease_has_one_holder().await;
    suite.concurrent_acquires_grant_one_lease().await;
    suite.expired_lease_can_be_renewed().await;
    suite.release_needs_the_current_fence().await;
    suite.intent_needs_fence_and_generation().await;
    suite.intent_ages_and_outlives_its_lease().await;
    suite.save_needs_generation_but_no_lease().await;
    suite.save_exceeds_replaced_generation().await;
    suite.concurrent_saves_accept_one().await;
    suite.save_makes_record_active().await;
    suite.state_change_needs_fence_and_generation().await;
    suite.list_sorts_by_account_and_pages().await;
    suite.due_returns_lapsing_records_first().await;
    suite.name_is_claimed_once().await;
    suite.concurrent_claims_accept_one().await;
}

struct Suite<F> {
    store: Arc<dyn TokenStore>,
    advance: F,
}

impl<F: AsyncFn(Duration)> Suite<F> {
    /// Advances the store's clock until a lease of [`SHORT`] has expired.
    async fn outlast(&self) {
        (self.advance)(SHORT * 2).await;
    }

    /// Inserts a record.
    async fn connected(&self, rule: &str, bytes: &str) -> (Key, u64) {
        let key = Key::new(format!("suite-{rule}"), "acme");
        let generation = ok(self.store.insert(&key, Content::new(bytes)).await);
        (key, generation)
    }

    async fn read(&self, key: &Key) -> Record {
        let Some(record) = ok(self.store.load(key).await) else { panic!("nothing is stored under {key}") };
        record
    }

    /// Acquires a free lease.
    async fn lease(&self, key: &Key, owner: &str, length: Duration) -> (u64, Record) {
        match ok(self.store.acquire(key, &LeaseOwner::new(owner), length).await) {
            AcquireOutcome::Granted { fence, record } => (fence, record),
            other => panic!("a free lease was not granted: {other:?}"),
        }
    }

    /// Fails to acquire a held lease.
    async fn held(&self, key: &Key, owner: &str) -> (Duration, Record) {
        match ok(self.store.acquire(key, &LeaseOwner::new(owner), LONG).await) {
            AcquireOutcome::Held { for_another, record } => (for_another, record),
            other => panic!("a lease was granted twice, or the record is gone: {other:?}"),
        }
    }
}

fn ok<T>(result: Result<T, StoreError>) -> T {
    result.unwrap_or_else(|error| panic!("the store failed: {error} ({:?})", error.kind()))
}

/// A state that is not active. Whole seconds, as some databases store no fractions.
fn needs_reconnect() -> RecordState {
    RecordState::NeedsReconnect { reason: ReconnectReason::OutcomeUnknown, at: at(5) }
}

fn at(second: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(1_767_323_045 + second, 0).unwrap_or_default()
}
