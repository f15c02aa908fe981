//! Checks that both stores must pass besides the suite of `oauth-core`. Each gets an empty [`TestDatabase`].

mod damage;
mod plans;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use damage::{damaged_record_hurts_no_other, far_lease_lasts_as_long_as_own};
pub(crate) use plans::statements_use_indexes;

use chrono::DateTime;
use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, ReconnectReason, Record, RecordState, SaveOutcome,
    StoreError, StoreErrorKind, TokenStore,
};
use oauth_store::{EncryptionKey, Keyring, Rotation};

use crate::query::Value;

/// A store of either kind.
#[async_trait::async_trait]
pub(crate) trait Store: TokenStore {
    async fn rotate(&self, pages: &mut Vec<Rotation>) -> Result<Rotation, StoreError>;
}

/// An empty database for one check.
#[async_trait::async_trait]
pub(crate) trait TestDatabase: Send + Sync {
    /// Opens another pool of connections, as another machine would.
    async fn open(&self, keyring: Keyring) -> Result<Arc<dyn Store>, StoreError>;
    /// Runs a statement without the key, as an attacker could.
    async fn tamper(&self, statement: &str);
    /// Returns the query plan of a statement.
    async fn plan(&self, statement: &'static str, parameters: &[Value<'_>]) -> String;
}

/// Passes every check to a macro, so that no store misses one.
macro_rules! for_every_check {
    ($each:ident) => {
        $each! {
            passes_the_core_suite,
            machines_share_leases_and_rotated_tokens,
            lease_may_last_a_tenth_second,
            clock_set_back_blocks_no_caller,
            concurrent_refreshes_lose_no_update,
            key_rotation_never_overwrites_a_save,
            copied_row_does_not_decrypt,
            wrong_key_is_reported_and_loses_nothing,
            key_rotation_changes_keys_only,
            key_rotation_skips_unreadable_records,
            newer_schema_is_rejected,
            newer_state_hides_no_other_record,
            replaced_generation_has_limit,
            damaged_record_hurts_no_other,
            far_lease_lasts_as_long_as_own,
            many_processes_create_one_store,
            unstorable_names_are_rejected,
            listing_skips_removed_records,
            name_is_claimed_once_and_expires,
            first_schema_is_migrated,
        }
    };
}
pub(crate) use for_every_check;

pub(crate) fn key(byte: u8) -> EncryptionKey {
    EncryptionKey::from_bytes([byte; 32])
}

pub(crate) fn ring() -> Keyring {
    Keyring::new(key(1))
}

pub(crate) async fn granted(store: &Arc<dyn Store>, key: &Key, length: Duration) -> (u64, Record) {
    match store.acquire(key, &LeaseOwner::new("a"), length).await.unwrap() {
        AcquireOutcome::Granted { fence, record } => (fence, record),
        other => panic!("not granted: {other:?}"),
    }
}

/// A store with one record.
async fn with_record(database: &dyn TestDatabase, content: &str) -> (Arc<dyn Store>, Key) {
    let store = database.open(ring()).await.unwrap();
    let acme = Key::new("go1", "acme");
    store.insert(&acme, Content::new(content)).await.unwrap();
    (store, acme)
}

const LONG: Duration = Duration::from_secs(600);

pub(crate) async fn passes_the_core_suite(database: &dyn TestDatabase) {
    oauth_core::store::suite::all(database.open(ring()).await.unwrap(), tokio::time::sleep).await;
}

pub(crate) async fn machines_share_leases_and_rotated_tokens(database: &dyn TestDatabase) {
    // Long enough for a slow machine to ask again in time, short enough to wait for.
    const LEASE: Duration = Duration::from_millis(600);
    let (here, there) = (database.open(ring()).await.unwrap(), database.open(ring()).await.unwrap());
    let acme = Key::new("go1", "acme");
    assert_eq!(here.insert(&acme, Content::new("first")).await.unwrap(), 1);

    let (fence, _) = granted(&here, &acme, LEASE).await;
    assert!(here.record_intent(&acme, fence, 1).await.unwrap());
    let held = there.acquire(&acme, &LeaseOwner::new("b"), LONG).await.unwrap();
    let AcquireOutcome::Held { for_another, record } = held else { panic!("granted twice: {held:?}") };
    assert!(for_another <= LEASE, "{for_another:?}");
    assert_eq!(record.intent.map(|intent| intent.fence), Some(fence), "a waiting caller sees the intent");

    // The database's clock decides, so the test has to wait.
    tokio::time::sleep(for_another + Duration::from_millis(10)).await;
    let (next, _) = granted(&there, &acme, LONG).await;
    assert!(next > fence);
    assert!(!here.record_intent(&acme, fence, 1).await.unwrap());
    assert!(!here.renew(&acme, fence, LONG).await.unwrap());
    // The lease is lost, but the rotated token is still saved, and the other machine sees it.
    let saved = here.save(&acme, 1, Content::new("second")).await.unwrap();
    assert!(matches!(saved, SaveOutcome::Accepted { generation: 2 }), "{saved:?}");
    assert_eq!(there.load(&acme).await.unwrap().unwrap().content.bytes(), b"second");
    let late = there.save(&acme, 1, Content::new("late")).await.unwrap();
    let SaveOutcome::Superseded { record } = late else { panic!("overwritten: {late:?}") };
    assert_eq!((record.generation, record.content.bytes()), (2, &b"second"[..]));
}

pub(crate) async fn lease_may_last_a_tenth_second(database: &dyn TestDatabase) {
    const SHORT: Duration = Duration::from_millis(100);
    let (store, acme) = with_record(database, "token").await;
    let (fence, _) = granted(&store, &acme, SHORT).await;
    // The database's clock decides, so the test has to wait.
    tokio::time::sleep(SHORT + Duration::from_millis(5)).await;
    assert!(!store.record_intent(&acme, fence, 1).await.unwrap(), "it has run out");
    let (next, _) = granted(&store, &acme, SHORT).await;
    assert!(next > fence);
}

pub(crate) async fn clock_set_back_blocks_no_caller(database: &dyn TestDatabase) {
    const SHORT: Duration = Duration::from_millis(600);
    let (store, acme) = with_record(database, "token").await;
    let (fence, _) = granted(&store, &acme, SHORT).await;
    assert!(store.record_intent(&acme, fence, 1).await.unwrap());
    // By an hour: the written times are an hour ahead of the clock.
    database
        .tamper(
            "UPDATE oauth_connections SET lease_until = lease_until + 3600000000, \
             intent_at = intent_at + 3600000000",
        )
        .await;
    let held = store.acquire(&acme, &LeaseOwner::new("b"), SHORT).await.unwrap();
    let AcquireOutcome::Held { for_another, .. } = held else { panic!("taken from its holder: {held:?}") };
    assert!(for_another <= SHORT, "{for_another:?}");
    assert!(store.record_intent(&acme, fence, 1).await.unwrap(), "it is still the holder's");
    database.tamper("UPDATE oauth_connections SET intent_at = intent_at + 3600000000").await;

    // The database's clock decides, so the test has to wait.
    tokio::time::sleep(SHORT + Duration::from_millis(10)).await;
    let (_, record) = granted(&store, &acme, LONG).await;
    assert_eq!(record.intent.map(|intent| intent.fence), Some(fence));
    // The age of an intent follows the same clock.
    tokio::time::sleep(Duration::from_millis(20)).await;
    let age = store.load(&acme).await.unwrap().unwrap().intent.unwrap().age;
    assert!(age >= Duration::from_millis(15) && age < LONG, "it grows older: {age:?}");
}

pub(crate) async fn concurrent_refreshes_lose_no_update(database: &dyn TestDatabase) {
    const TASKS: u64 = 8;
    const EACH: u64 = 10;
    let machines = [database.open(ring()).await.unwrap(), database.open(ring()).await.unwrap()];
    let acme = Key::new("go1", "acme");
    machines[0].insert(&acme, Content::new("0")).await.unwrap();
    let tasks: Vec<_> = (0..TASKS)
        .map(|n| {
            let (store, key) = (Arc::clone(&machines[usize::from(n % 2 == 0)]), acme.clone());
            tokio::spawn(async move {
                let owner = LeaseOwner::new(format!("task {n}"));
                let mut done = 0;
                while done < EACH {
                    let AcquireOutcome::Granted { fence, record } =
                        store.acquire(&key, &owner, LONG).await.unwrap()
                    else {
                        tokio::task::yield_now().await;
                        continue;
                    };
                    assert!(
                        store.record_intent(&key, fence, record.generation).await.unwrap(),
                        "held, so it may"
                    );
                    let count: u64 = std::str::from_utf8(record.content.bytes()).unwrap().parse().unwrap();
                    let next = Content::new((count + 1).to_string());
                    let saved = store.save(&key, record.generation, next).await.unwrap();
                    assert!(matches!(saved, SaveOutcome::Accepted { .. }), "{saved:?}");
                    store.release(&key, fence).await.unwrap();
                    done += 1;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let record = machines[0].load(&acme).await.unwrap().unwrap();
    assert_eq!(record.content.bytes(), (TASKS * EACH).to_string().as_bytes());
    assert_eq!(record.generation, TASKS * EACH + 1);
    assert_eq!(record.intent, None);
}

pub(crate) async fn copied_row_does_not_decrypt(database: &dyn TestDatabase) {
    let store = database.open(ring()).await.unwrap();
    let (acme, evil) = (Key::new("go1", "acme"), Key::new("go1", "evil"));
    store.insert(&acme, Content::new("the token of acme")).await.unwrap();
    store.insert(&evil, Content::new("the token of evil")).await.unwrap();
    database
        .tamper(
            "UPDATE oauth_connections SET sealed = \
             (SELECT sealed FROM oauth_connections WHERE account = 'acme') WHERE account = 'evil'",
        )
        .await;
    let error = store.load(&evil).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Corrupt, "{error}");
    assert!(error.to_string().contains("go1/evil"), "{error}");
    assert_eq!(store.load(&acme).await.unwrap().unwrap().content.bytes(), b"the token of acme");
    // Listing reads no content, so one damaged row does not hide the others.
    assert_eq!(store.list("go1", None, 9).await.unwrap().len(), 2);
    // The remedy: the customer connects again.
    store.insert(&evil, Content::new("a new token")).await.unwrap();
    assert_eq!(store.load(&evil).await.unwrap().unwrap().content.bytes(), b"a new token");
}

pub(crate) async fn wrong_key_is_reported_and_loses_nothing(database: &dyn TestDatabase) {
    let right = database.open(ring()).await.unwrap();
    let wrong = database.open(Keyring::new(key(2))).await.unwrap();
    let acme = Key::new("go1", "acme");
    right.insert(&acme, Content::new("token")).await.unwrap();

    let error = wrong.load(&acme).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::WrongKey, "{error}");
    assert!(
        error.to_string().contains(key(1).id()) && error.to_string().contains("Keyring::and_older"),
        "{error}"
    );
    let error = wrong.acquire(&acme, &LeaseOwner::new("wrong"), LONG).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::WrongKey);
    let done = wrong.rotate(&mut Vec::new()).await.unwrap();
    assert_eq!((done.reencrypted, done.unreadable), (0, vec![acme.clone()]));
    // Told at once when a store that has records is opened.
    let error = database.open(Keyring::new(key(2))).await.map(drop).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::WrongKey, "{error}");
    database.open(Keyring::new(key(2)).and_older(key(1))).await.map(drop).unwrap();

    let (_, record) = granted(&right, &acme, LONG).await;
    assert_eq!(record.content.bytes(), b"token", "neither lost, nor withheld from a reader with the key");
}

pub(crate) async fn key_rotation_changes_keys_only(database: &dyn TestDatabase) {
    const ROWS: usize = 230;
    let (old, new) = (database.open(ring()).await.unwrap(), Keyring::new(key(2)).and_older(key(1)));
    let new = database.open(new).await.unwrap();
    let due = DateTime::from_timestamp(1_800_000_000, 0);
    for n in 0..ROWS {
        let content = Content::new(format!("token {n}")).due_at(due);
        old.insert(&Key::new("go1", format!("{n:04}")), content).await.unwrap();
    }
    // Records that are refreshing, need a reconnect, were removed, or already have the primary key.
    let [busy, broken, gone, fresh] = ["0007", "0107", "0207", "0208"].map(|name| Key::new("go1", name));
    let (fence, _) = granted(&old, &busy, LONG).await;
    assert!(old.record_intent(&busy, fence, 1).await.unwrap());
    let (other, _) = granted(&old, &broken, LONG).await;
    let at = DateTime::from_timestamp(1_800_000_000, 123_456_000).unwrap();
    let needs = RecordState::NeedsReconnect { reason: ReconnectReason::Revoked, at };
    assert!(old.set_state(&broken, other, 1, needs).await.unwrap());
    assert!(old.remove(&gone).await.unwrap());
    new.save(&fresh, 1, Content::new("fresh")).await.unwrap();

    let mut pages = Vec::new();
    let done = new.rotate(&mut pages).await.unwrap();
    let changed = (ROWS - 2) as u64;
    assert_eq!((done.found, done.reencrypted, done.changed_meanwhile), (changed, changed, 0), "{done:?}");
    assert!(done.unreadable.is_empty());
    assert_eq!(
        pages.iter().map(|page| page.reencrypted).collect::<Vec<_>>(),
        [100, 200, changed],
        "it tells how far it is"
    );

    // All records are readable without the old key, and otherwise unchanged.
    let only = database.open(Keyring::new(key(2))).await.unwrap();
    let record = only.load(&busy).await.unwrap().unwrap();
    assert_eq!((record.generation, record.content.bytes()), (1, &b"token 7"[..]));
    assert_eq!(record.content.due_at, due);
    assert_eq!(record.intent.map(|intent| intent.fence), Some(fence));
    assert!(only.renew(&busy, fence, LONG).await.unwrap(), "the lease is renewed");
    assert_eq!(only.load(&broken).await.unwrap().unwrap().state, needs);
    assert!(only.load(&gone).await.unwrap().is_none());
    assert_eq!(only.load(&fresh).await.unwrap().unwrap().content.bytes(), b"fresh");
    assert_eq!(old.load(&busy).await.unwrap_err().kind(), StoreErrorKind::WrongKey);
    assert_eq!(new.rotate(&mut pages).await.unwrap(), Rotation::default(), "there is nothing left to do");
}

pub(crate) async fn key_rotation_never_overwrites_a_save(database: &dyn TestDatabase) {
    const ROWS: usize = 300;
    let old = database.open(ring()).await.unwrap();
    let new = database.open(Keyring::new(key(2)).and_older(key(1))).await.unwrap();
    let name = |n: usize| Key::new("go1", format!("{n:04}"));
    for n in 0..ROWS {
        old.insert(&name(n), Content::new("old")).await.unwrap();
    }
    // A process that still has the old key as its primary saves during the rotation.
    let saving = tokio::spawn(async move {
        for n in (0..ROWS).rev() {
            // It cannot read rotated records, but can still save them.
            let saved = old.save(&name(n), 1, Content::new("saved")).await.unwrap();
            assert!(matches!(saved, SaveOutcome::Accepted { generation: 2 }), "{saved:?}");
        }
    });
    let done = new.rotate(&mut Vec::new()).await.unwrap();
    saving.await.unwrap();
    assert!(done.reencrypted + done.changed_meanwhile <= done.found, "{done:?}");
    new.rotate(&mut Vec::new()).await.unwrap();
    let only = database.open(Keyring::new(key(2))).await.unwrap();
    for n in 0..ROWS {
        let record = only.load(&name(n)).await.unwrap().unwrap();
        assert_eq!((record.generation, record.content.bytes()), (2, &b"saved"[..]), "{n}");
    }
}

pub(crate) async fn key_rotation_skips_unreadable_records(database: &dyn TestDatabase) {
    let old = database.open(ring()).await.unwrap();
    for account in ["a", "b", "d"] {
        old.insert(&Key::new("go1", account), Content::new("token")).await.unwrap();
    }
    let lost = database.open(Keyring::new(key(3)).and_older(key(1))).await.unwrap();
    lost.insert(&Key::new("go1", "c"), Content::new("encrypted with a lost key")).await.unwrap();
    database
        .tamper(
            "UPDATE oauth_connections SET sealed = \
             (SELECT sealed FROM oauth_connections WHERE account = 'a') WHERE account = 'b'",
        )
        .await;
    let new = database.open(Keyring::new(key(2)).and_older(key(1))).await.unwrap();
    let done = new.rotate(&mut Vec::new()).await.unwrap();
    assert_eq!((done.found, done.reencrypted), (4, 2));
    assert_eq!(done.unreadable, ["b", "c"].map(|account| Key::new("go1", account)));
}

pub(crate) async fn newer_schema_is_rejected(database: &dyn TestDatabase) {
    let store = database.open(ring()).await.unwrap();
    store.insert(&Key::new("go1", "acme"), Content::new("token")).await.unwrap();
    database
        .tamper(
            "INSERT INTO _oauth_store_migrations (version, description, success, checksum, execution_time) \
             SELECT 999, 'later', success, checksum, execution_time FROM _oauth_store_migrations WHERE version = 1",
        )
        .await;
    let error = database.open(ring()).await.map(drop).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::TooNew, "{error}");
    assert!(error.to_string().contains("999"), "{error}");

    database.tamper("DELETE FROM _oauth_store_migrations WHERE version = 999").await;
    let store = database.open(ring()).await.unwrap();
    assert!(store.load(&Key::new("go1", "acme")).await.unwrap().is_some(), "nothing was lost");
}

pub(crate) async fn newer_state_hides_no_other_record(database: &dyn TestDatabase) {
    let store = database.open(ring()).await.unwrap();
    let acme = Key::new("go1", "acme");
    for account in ["a", "acme", "b"] {
        store.insert(&Key::new("go1", account), Content::new("token")).await.unwrap();
    }
    database.tamper("UPDATE oauth_connections SET state = 'hibernating' WHERE account = 'acme'").await;
    assert_eq!(store.load(&acme).await.unwrap_err().kind(), StoreErrorKind::TooNew);
    let listed = store.list("go1", None, 9).await.unwrap();
    assert_eq!(
        listed.iter().map(|one| (one.account.as_str(), one.state)).collect::<Vec<_>>(),
        [("a", RecordState::Active), ("acme", RecordState::Unreadable), ("b", RecordState::Active)]
    );
}

pub(crate) async fn replaced_generation_has_limit(database: &dyn TestDatabase) {
    let (store, acme) = with_record(database, "first").await;
    let largest = i64::MAX.unsigned_abs();
    for too_large in [u64::MAX, largest] {
        let content = Content::new("second").replaced_generation(too_large);
        let error = store.save(&acme, 1, content).await.unwrap_err();
        assert!(error.to_string().contains(&too_large.to_string()), "{error}");
    }
    let content = Content::new("second").replaced_generation(largest - 1);
    let saved = store.save(&acme, 1, content).await.unwrap();
    assert!(matches!(saved, SaveOutcome::Accepted { generation } if generation == largest), "{saved:?}");
}

pub(crate) async fn many_processes_create_one_store(database: &dyn TestDatabase) {
    let opening: Vec<_> = (0..8).map(|_| database.open(ring())).collect();
    let mut stores = Vec::new();
    for opened in join(opening).await {
        stores.push(opened.unwrap());
    }
    for (n, store) in stores.iter().enumerate() {
        store.insert(&Key::new("go1", format!("{n}")), Content::new("token")).await.unwrap();
    }
    assert_eq!(stores[0].list("go1", None, 99).await.unwrap().len(), 8);
}

/// Runs the futures concurrently.
async fn join<F: Future + Unpin>(mut futures: Vec<F>) -> Vec<F::Output> {
    let mut done: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, done) in futures.iter_mut().zip(&mut done) {
            if done.is_none()
                && let std::task::Poll::Ready(output) = std::pin::Pin::new(future).poll(context)
            {
                *done = Some(output);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

pub(crate) async fn unstorable_names_are_rejected(database: &dyn TestDatabase) {
    let store = database.open(ring()).await.unwrap();
    for account in ["a\0b".to_owned(), "x".repeat(1_025)] {
        let key = Key::new("go1", account.clone());
        assert_eq!(store.load(&key).await.unwrap_err().kind(), StoreErrorKind::Other);
        assert_eq!(store.insert(&key, Content::new("x")).await.unwrap_err().kind(), StoreErrorKind::Other);
        assert!(store.list("go1", Some(&account), 9).await.is_err());
        assert!(store.due(&DueQuery::new(account), 9).await.unwrap().is_empty(), "nothing was asked for");
    }
    // The longest allowed names, and arbitrary owners. Random, so that they do not compress.
    let mut longest = String::new();
    let mut seed = 1_u64;
    while longest.len() < 1_024 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        longest.push(char::from(b'!' + u8::try_from((seed >> 33) % 90).unwrap()));
    }
    let key = Key::new(longest.clone(), longest);
    let content =
        Content::new("x").due_at(DateTime::from_timestamp(0, 0)).lapses_at(DateTime::from_timestamp(0, 0));
    store.insert(&key, content).await.unwrap();
    let asked = store.acquire(&key, &LeaseOwner::new("a\0b"), LONG).await.unwrap();
    assert!(matches!(asked, AcquireOutcome::Granted { .. }), "{asked:?}");
}

pub(crate) async fn listing_skips_removed_records(database: &dyn TestDatabase) {
    let store = database.open(ring()).await.unwrap();
    // Ordered by bytes, whatever the database's locale: capitals, small letters, other characters.
    let names = ["", " ", "A", "B", "Z", "_", "a", "a b", "aa", "b", "é", "東"];
    for name in names.iter().rev().chain(&["AA", "zz"]) {
        store.insert(&Key::new("go1", *name), Content::new("x")).await.unwrap();
    }
    for name in ["AA", "zz"] {
        assert!(store.remove(&Key::new("go1", name)).await.unwrap());
    }
    let mut found: Vec<String> = Vec::new();
    loop {
        let page = store.list("go1", found.last().map(String::as_str), 5).await.unwrap();
        found.extend(page.iter().map(|summary| summary.account.clone()));
        if page.len() < 5 {
            break;
        }
    }
    assert_eq!(found, names);
    assert!(store.list("go1", None, 0).await.unwrap().is_empty());
}

pub(crate) async fn name_is_claimed_once_and_expires(database: &dyn TestDatabase) {
    const SHORT: Duration = Duration::from_millis(600);
    let machines = [database.open(ring()).await.unwrap(), database.open(ring()).await.unwrap()];
    let asking: Vec<_> = (0..40)
        .map(|n| {
            let store = Arc::clone(&machines[n % 2]);
            tokio::spawn(async move { store.claim_once("an attempt", SHORT).await.unwrap() })
        })
        .collect();
    let mut used = 0;
    for asked in asking {
        used += usize::from(asked.await.unwrap());
    }
    assert_eq!(used, 1);
    assert!(machines[0].claim_once("a longer one", LONG).await.unwrap());

    // The database's clock decides, so the test has to wait.
    tokio::time::sleep(SHORT + Duration::from_millis(10)).await;
    assert!(machines[1].claim_once("an attempt", LONG).await.unwrap(), "or the table would grow for ever");
    assert!(!machines[1].claim_once("a longer one", LONG).await.unwrap());
    let too_long = machines[0].claim_once(&"x".repeat(1_025), LONG).await.unwrap_err();
    assert_eq!(too_long.kind(), StoreErrorKind::Other, "{too_long}");
}

pub(crate) async fn first_schema_is_migrated(database: &dyn TestDatabase) {
    let acme = Key::new("go1", "acme");
    database.open(ring()).await.unwrap().insert(&acme, Content::new("token")).await.unwrap();
    database.tamper("DROP TABLE oauth_used_once").await;
    database.tamper("DELETE FROM _oauth_store_migrations WHERE version > 1").await;

    let store = database.open(ring()).await.unwrap();
    assert_eq!(store.load(&acme).await.unwrap().unwrap().content.bytes(), b"token");
    assert!(store.claim_once("an attempt", LONG).await.unwrap());
}
