//! The store in memory follows every rule of the contract.
#![cfg(feature = "store-suite")]
#![allow(clippy::unwrap_used)] // a test may panic

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use oauth_core::chrono::{DateTime, Utc};
use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, MemoryStore, ReconnectReason, Record, RecordState,
    RecordSummary, SaveOutcome, StoreError, TokenStore, suite,
};
use oauth_testing::ManualClock;
use proptest::prelude::*;

#[tokio::test]
async fn memory_store_passes_suite_with_manual_clock() {
    let clock = ManualClock::default();
    suite::all(Arc::new(MemoryStore::with_clock(clock.clone())), async |by: Duration| {
        clock.advance_secs(by.as_secs().max(1).try_into().unwrap_or(i64::MAX));
    })
    .await;
}

/// Tokio's time is paused and advanced by the suite. By the machine's clock, no lease would expire.
#[tokio::test(start_paused = true)]
async fn memory_store_passes_suite_with_monotonic_time() {
    suite::all(Arc::new(MemoryStore::new()), tokio::time::advance).await;
}

const LEASE: Duration = Duration::from_secs(60);

async fn lease(store: &MemoryStore, key: &Key) -> Result<(u64, Record), Duration> {
    match store.acquire(key, &LeaseOwner::new("a process"), LEASE).await.unwrap() {
        AcquireOutcome::Granted { fence, record } => Ok((fence, record)),
        AcquireOutcome::Held { for_another, .. } => Err(for_another),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn clock_set_back_restarts_lease() {
    let clock = ManualClock::default();
    let store = MemoryStore::with_clock(clock.clone());
    let key = Key::new("go1", "acme");
    store.insert(&key, Content::new("token")).await.unwrap();
    let (fence, _) = lease(&store, &key).await.unwrap();
    assert!(store.record_intent(&key, fence, 1).await.unwrap());
    clock.advance_secs(-86_400);
    // The holder still has the lease, and a waiting process does not have to wait a day.
    assert!(store.record_intent(&key, fence, 1).await.unwrap());
    assert_eq!(lease(&store, &key).await.unwrap_err(), LEASE);
    clock.advance_secs(59);
    assert_eq!(lease(&store, &key).await.unwrap_err(), Duration::from_secs(1));
    clock.advance_secs(1);
    let (next, record) = lease(&store, &key).await.unwrap();
    assert_eq!(record.intent.unwrap().age, LEASE, "counted from the time that the clock was set back");

    // The age of an intent from the future counts from the next acquire.
    assert!(store.record_intent(&key, next, 1).await.unwrap());
    store.release(&key, next).await.unwrap();
    clock.advance_secs(-86_400);
    let (next, record) = lease(&store, &key).await.unwrap();
    assert_eq!(record.intent.unwrap().age, Duration::ZERO);
    store.release(&key, next).await.unwrap();
    clock.advance_secs(30);
    assert_eq!(lease(&store, &key).await.unwrap().1.intent.unwrap().age, Duration::from_secs(30));
}

/// Change of a record that affects the due records.
#[derive(Clone, Debug)]
enum Change {
    Insert(Content),
    Save(Content),
    Remove,
    MarkNeedsReconnect,
}

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

fn changes() -> impl Strategy<Value = Vec<(String, String, Change)>> {
    let time = || proptest::option::of((0_i64..6).prop_map(at));
    let content =
        || (time(), time()).prop_map(|(due, lapses)| Content::new("token").due_at(due).lapses_at(lapses));
    let change = prop_oneof![
        content().prop_map(Change::Insert),
        content().prop_map(Change::Save),
        Just(Change::Remove),
        Just(Change::MarkNeedsReconnect),
    ];
    proptest::collection::vec(("p[ab]?", "[a-d]", change), 0..40)
}

async fn apply(store: &MemoryStore, key: &Key, change: Change) {
    let generation = store.load(key).await.unwrap().map_or(0, |record| record.generation);
    match change {
        Change::Insert(content) => drop(store.insert(key, content).await.unwrap()),
        Change::Save(content) => drop(store.save(key, generation, content).await.unwrap()),
        Change::Remove => drop(store.remove(key).await.unwrap()),
        Change::MarkNeedsReconnect => {
            if let AcquireOutcome::Granted { fence, .. } =
                store.acquire(key, &LeaseOwner::new("a process"), LEASE).await.unwrap()
            {
                let state = RecordState::NeedsReconnect { reason: ReconnectReason::Revoked, at: at(0) };
                assert!(store.set_state(key, fence, generation, state).await.unwrap());
                store.release(key, fence).await.unwrap();
            }
        }
    }
}

proptest! {
    /// The store finds due records by an index; the test filters the list.
    #[test]
    fn due_matches_filtered_list(
        changes in changes(),
        due_by in proptest::option::of((0_i64..6).prop_map(at)),
        lapses_by in proptest::option::of((0_i64..6).prop_map(at)),
        limit in 1_usize..8,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let store = MemoryStore::new();
            for (provider, account, change) in changes {
                apply(&store, &Key::new(provider, account), change).await;
            }
            let (mut query, mut expected) = (DueQuery::new("pa"), Vec::new());
            (query.due_by, query.lapses_by) = (due_by, lapses_by);
            for one in store.list("pa", None, usize::MAX).await.unwrap() {
                let not_after = |at: Option<DateTime<Utc>>, by: Option<DateTime<Utc>>| at.filter(|at| by.is_some_and(|by| *at <= by));
                let order = match (not_after(one.lapses_at, lapses_by), not_after(one.due_at, due_by)) {
                    (Some(at), _) => (0, at),
                    (None, Some(at)) => (1, at),
                    (None, None) => continue,
                };
                if one.state == RecordState::Active {
                    expected.push((order, one.account.clone(), one));
                }
            }
            expected.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
            let expected: Vec<RecordSummary> = expected.into_iter().map(|(_, _, one)| one).take(limit).collect();
            prop_assert_eq!(store.due(&query, limit).await.unwrap(), expected);
            Ok(())
        })?;
    }
}

/// Store with the default implementation of `claim_once`.
#[derive(Debug)]
struct DefaultClaims(MemoryStore);

#[async_trait]
impl TokenStore for DefaultClaims {
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.0.load(key).await
    }

    async fn insert(&self, key: &Key, content: Content) -> Result<u64, StoreError> {
        self.0.insert(key, content).await
    }

    async fn save(&self, key: &Key, from: u64, content: Content) -> Result<SaveOutcome, StoreError> {
        self.0.save(key, from, content).await
    }

    async fn remove(&self, key: &Key) -> Result<bool, StoreError> {
        self.0.remove(key).await
    }

    async fn acquire(
        &self,
        key: &Key,
        owner: &LeaseOwner,
        length: Duration,
    ) -> Result<AcquireOutcome, StoreError> {
        self.0.acquire(key, owner, length).await
    }

    async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError> {
        self.0.renew(key, fence, length).await
    }

    async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError> {
        self.0.release(key, fence).await
    }

    async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
        self.0.record_intent(key, fence, from).await
    }

    async fn set_state(
        &self,
        key: &Key,
        fence: u64,
        from: u64,
        state: RecordState,
    ) -> Result<bool, StoreError> {
        self.0.set_state(key, fence, from, state).await
    }

    async fn list(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<RecordSummary>, StoreError> {
        self.0.list(provider, after, limit).await
    }

    async fn due(&self, query: &DueQuery, limit: usize) -> Result<Vec<RecordSummary>, StoreError> {
        self.0.due(query, limit).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn default_claim_once_passes_suite() {
    suite::all(Arc::new(DefaultClaims(MemoryStore::new())), tokio::time::sleep).await;
}

#[tokio::test]
async fn memory_store_forgets_claimed_names() {
    let clock = ManualClock::default();
    let store = MemoryStore::with_clock(clock.clone());
    let minute = Duration::from_secs(60);
    assert!(store.claim_once("an attempt", minute).await.unwrap());
    clock.advance_secs(59);
    assert!(!store.claim_once("an attempt", minute).await.unwrap());
    clock.advance_secs(1);
    assert!(store.claim_once("an attempt", minute).await.unwrap());
}
