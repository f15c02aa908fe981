//! What both stores must do beyond the suite of `oauth-core`, as functions over a place where a store can be.

mod plans;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use plans::nothing_is_searched_through;

use chrono::DateTime;
use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, ReconnectReason, Record, RecordState, SaveOutcome,
    StoreError, StoreErrorKind, TokenStore,
};
use oauth_store::{EncryptionKey, Keyring, Rotation};

/// A store, as both kinds are.
#[async_trait::async_trait]
pub(crate) trait Store: TokenStore {
    async fn rotate(&self, pages: &mut Vec<Rotation>) -> Result<Rotation, StoreError>;
}

/// An empty database of its own for each check.
#[async_trait::async_trait]
pub(crate) trait Place: Send + Sync {
    /// Another pool of connections, as another machine would have.
    async fn open(&self, keyring: Keyring) -> Result<Arc<dyn Store>, StoreError>;
    /// A statement by somebody who has the database and no key.
    async fn tamper(&self, statement: &'static str);
    /// How the database would carry a statement out.
    async fn plan(&self, statement: &'static str, parameters: &[Parameter]) -> String;
}

/// A parameter of a statement to be explained.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Parameter {
    Text(&'static str),
    Number(i64),
    Bytes(&'static [u8]),
}

/// Gives every check to a macro, so that no store misses one.
macro_rules! for_every_check {
    ($each:ident) => {
        $each! {
            keeps_the_rules_of_every_store,
            two_machines_share_leases_and_see_rotated_tokens,
            a_lease_may_be_as_short_as_a_tenth_of_a_second,
            a_clock_that_is_set_back_holds_nobody_up,
            no_update_is_lost_among_many_who_refresh,
            a_rotation_of_keys_never_overwrites_a_save,
            a_row_does_not_decrypt_elsewhere,
            a_wrong_key_is_told_and_loses_nothing,
            keys_are_rotated_in_pages_without_touching_anything_else,
            what_cannot_be_read_is_left_by_a_rotation,
            a_newer_schema_is_refused,
            a_state_of_a_newer_version_is_refused,
            many_open_a_new_store_at_once,
            names_that_no_database_takes_are_refused,
            lists_page_by_page_past_removed_ones,
            a_name_is_used_once_by_many_machines_and_forgotten_in_the_end,
            a_database_of_the_first_schema_is_brought_up_to_date,
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

const LONG: Duration = Duration::from_secs(600);

pub(crate) async fn keeps_the_rules_of_every_store(place: &dyn Place) {
    oauth_core::store::suite::all(place.open(ring()).await.unwrap(), tokio::time::sleep).await;
}

pub(crate) async fn two_machines_share_leases_and_see_rotated_tokens(place: &dyn Place) {
    // Long enough that a slow machine asks again in time, short enough to wait for.
    const LEASE: Duration = Duration::from_millis(600);
    let (here, there) = (place.open(ring()).await.unwrap(), place.open(ring()).await.unwrap());
    let acme = Key::new("go1", "acme");
    assert_eq!(here.insert(&acme, Content::new("first")).await.unwrap(), 1);

    let (fence, _) = granted(&here, &acme, LEASE).await;
    assert!(here.record_intent(&acme, fence, 1).await.unwrap());
    let held = there.acquire(&acme, &LeaseOwner::new("b"), LONG).await.unwrap();
    let AcquireOutcome::Held { for_another, record } = held else { panic!("granted twice: {held:?}") };
    assert!(for_another <= LEASE, "{for_another:?}");
    assert_eq!(record.intent.map(|intent| intent.fence), Some(fence), "who waits sees what was begun");

    // By the database's clock, which no test can move: the only way is to wait.
    tokio::time::sleep(for_another + Duration::from_millis(10)).await;
    let (next, _) = granted(&there, &acme, LONG).await;
    assert!(next > fence);
    assert!(!here.record_intent(&acme, fence, 1).await.unwrap());
    assert!(!here.renew(&acme, fence, LONG).await.unwrap());
    // It lost the lease and not the token: what the provider rotated is saved all the same, and the other sees it.
    let saved = here.save(&acme, 1, Content::new("second")).await.unwrap();
    assert!(matches!(saved, SaveOutcome::Accepted { generation: 2 }), "{saved:?}");
    assert_eq!(there.load(&acme).await.unwrap().unwrap().content.bytes(), b"second");
    let late = there.save(&acme, 1, Content::new("late")).await.unwrap();
    let SaveOutcome::Superseded { record } = late else { panic!("overwritten: {late:?}") };
    assert_eq!((record.generation, record.content.bytes()), (2, &b"second"[..]));
}

pub(crate) async fn a_lease_may_be_as_short_as_a_tenth_of_a_second(place: &dyn Place) {
    const SHORT: Duration = Duration::from_millis(100);
    let store = place.open(ring()).await.unwrap();
    let acme = Key::new("go1", "acme");
    store.insert(&acme, Content::new("token")).await.unwrap();
    let (fence, _) = granted(&store, &acme, SHORT).await;
    // By the database's clock, which no test can move: the only way is to wait.
    tokio::time::sleep(SHORT + Duration::from_millis(5)).await;
    assert!(!store.record_intent(&acme, fence, 1).await.unwrap(), "it has run out");
    let (next, _) = granted(&store, &acme, SHORT).await;
    assert!(next > fence);
}

pub(crate) async fn a_clock_that_is_set_back_holds_nobody_up(place: &dyn Place) {
    const SHORT: Duration = Duration::from_millis(600);
    let store = place.open(ring()).await.unwrap();
    let acme = Key::new("go1", "acme");
    store.insert(&acme, Content::new("token")).await.unwrap();
    let (fence, _) = granted(&store, &acme, SHORT).await;
    assert!(store.record_intent(&acme, fence, 1).await.unwrap());
    // By an hour: what was written is an hour ahead of the clock.
    place
        .tamper(
            "UPDATE oauth_connections SET lease_until = lease_until + 3600000000, \
             intent_at = intent_at + 3600000000",
        )
        .await;
    let held = store.acquire(&acme, &LeaseOwner::new("b"), SHORT).await.unwrap();
    let AcquireOutcome::Held { for_another, .. } = held else { panic!("taken from its holder: {held:?}") };
    assert!(for_another <= SHORT, "{for_another:?}");
    assert!(store.record_intent(&acme, fence, 1).await.unwrap(), "it is still the holder's");
    place.tamper("UPDATE oauth_connections SET intent_at = intent_at + 3600000000").await;

    // By the database's clock, which no test can move: the only way is to wait.
    tokio::time::sleep(SHORT + Duration::from_millis(10)).await;
    let (_, record) = granted(&store, &acme, LONG).await;
    assert_eq!(record.intent.map(|intent| intent.fence), Some(fence));
    // The age of an intent is by the same clock.
    tokio::time::sleep(Duration::from_millis(20)).await;
    let age = store.load(&acme).await.unwrap().unwrap().intent.unwrap().age;
    assert!(age >= Duration::from_millis(15) && age < LONG, "it grows older: {age:?}");
}

pub(crate) async fn no_update_is_lost_among_many_who_refresh(place: &dyn Place) {
    const TASKS: u64 = 8;
    const EACH: u64 = 10;
    let machines = [place.open(ring()).await.unwrap(), place.open(ring()).await.unwrap()];
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

pub(crate) async fn a_row_does_not_decrypt_elsewhere(place: &dyn Place) {
    let store = place.open(ring()).await.unwrap();
    let (acme, evil) = (Key::new("go1", "acme"), Key::new("go1", "evil"));
    store.insert(&acme, Content::new("the token of acme")).await.unwrap();
    store.insert(&evil, Content::new("the token of evil")).await.unwrap();
    place
        .tamper(
            "UPDATE oauth_connections SET sealed = \
             (SELECT sealed FROM oauth_connections WHERE account = 'acme') WHERE account = 'evil'",
        )
        .await;
    let error = store.load(&evil).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Corrupt, "{error}");
    assert!(error.to_string().contains("go1/evil"), "{error}");
    assert_eq!(store.load(&acme).await.unwrap().unwrap().content.bytes(), b"the token of acme");
    // A list says what it can without reading any content, so one bad row does not hide the others.
    assert_eq!(store.list("go1", None, 9).await.unwrap().len(), 2);
    // The way out: the customer connects again.
    store.insert(&evil, Content::new("a new token")).await.unwrap();
    assert_eq!(store.load(&evil).await.unwrap().unwrap().content.bytes(), b"a new token");
}

pub(crate) async fn a_wrong_key_is_told_and_loses_nothing(place: &dyn Place) {
    let right = place.open(ring()).await.unwrap();
    let wrong = place.open(Keyring::new(key(2))).await.unwrap();
    let acme = Key::new("go1", "acme");
    right.insert(&acme, Content::new("token")).await.unwrap();

    let error = wrong.load(&acme).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::WrongKey, "{error}");
    assert!(
        error.to_string().contains(key(1).id()) && error.to_string().contains("as an older one"),
        "{error}"
    );
    let error = wrong.acquire(&acme, &LeaseOwner::new("wrong"), LONG).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::WrongKey);
    let done = wrong.rotate(&mut Vec::new()).await.unwrap();
    assert_eq!((done.reencrypted, done.unreadable), (0, vec![acme.clone()]));

    let (_, record) = granted(&right, &acme, LONG).await;
    assert_eq!(record.content.bytes(), b"token", "neither lost, nor kept from the one who can read it");
}

pub(crate) async fn keys_are_rotated_in_pages_without_touching_anything_else(place: &dyn Place) {
    const ROWS: usize = 230;
    let (old, new) = (place.open(ring()).await.unwrap(), Keyring::new(key(2)).and_older(key(1)));
    let new = place.open(new).await.unwrap();
    let due = DateTime::from_timestamp(1_800_000_000, 0);
    for n in 0..ROWS {
        let content = Content::new(format!("token {n}")).due_at(due);
        old.insert(&Key::new("go1", format!("{n:04}")), content).await.unwrap();
    }
    // One in the middle of a refresh, one that needs reconnecting, one that is gone, one that is up to date.
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

    // Without the old key everything is there, as it was.
    let only = place.open(Keyring::new(key(2))).await.unwrap();
    let record = only.load(&busy).await.unwrap().unwrap();
    assert_eq!((record.generation, record.content.bytes()), (1, &b"token 7"[..]));
    assert_eq!(record.content.due_at, due);
    assert_eq!(record.intent.map(|intent| intent.fence), Some(fence));
    assert!(only.renew(&busy, fence, LONG).await.unwrap(), "the lease goes on");
    assert_eq!(only.load(&broken).await.unwrap().unwrap().state, needs);
    assert!(only.load(&gone).await.unwrap().is_none());
    assert_eq!(only.load(&fresh).await.unwrap().unwrap().content.bytes(), b"fresh");
    assert_eq!(old.load(&busy).await.unwrap_err().kind(), StoreErrorKind::WrongKey);
    assert_eq!(new.rotate(&mut pages).await.unwrap(), Rotation::default(), "there is nothing left to do");
}

pub(crate) async fn a_rotation_of_keys_never_overwrites_a_save(place: &dyn Place) {
    const ROWS: usize = 300;
    let old = place.open(ring()).await.unwrap();
    let new = place.open(Keyring::new(key(2)).and_older(key(1))).await.unwrap();
    let name = |n: usize| Key::new("go1", format!("{n:04}"));
    for n in 0..ROWS {
        old.insert(&name(n), Content::new("old")).await.unwrap();
    }
    // One that has the old key as its primary yet, and saves while the keys are rotated.
    let saving = tokio::spawn(async move {
        for n in (0..ROWS).rev() {
            // Those that are rotated already it cannot read, and saves all the same.
            let saved = old.save(&name(n), 1, Content::new("saved")).await.unwrap();
            assert!(matches!(saved, SaveOutcome::Accepted { generation: 2 }), "{saved:?}");
        }
    });
    let done = new.rotate(&mut Vec::new()).await.unwrap();
    saving.await.unwrap();
    assert!(done.reencrypted + done.changed_meanwhile <= done.found, "{done:?}");
    new.rotate(&mut Vec::new()).await.unwrap();
    let only = place.open(Keyring::new(key(2))).await.unwrap();
    for n in 0..ROWS {
        let record = only.load(&name(n)).await.unwrap().unwrap();
        assert_eq!((record.generation, record.content.bytes()), (2, &b"saved"[..]), "{n}");
    }
}

pub(crate) async fn what_cannot_be_read_is_left_by_a_rotation(place: &dyn Place) {
    let old = place.open(ring()).await.unwrap();
    for account in ["a", "b", "d"] {
        old.insert(&Key::new("go1", account), Content::new("token")).await.unwrap();
    }
    let lost = place.open(Keyring::new(key(3))).await.unwrap();
    lost.insert(&Key::new("go1", "c"), Content::new("under a key that nobody has any more")).await.unwrap();
    place
        .tamper(
            "UPDATE oauth_connections SET sealed = \
             (SELECT sealed FROM oauth_connections WHERE account = 'a') WHERE account = 'b'",
        )
        .await;
    let new = place.open(Keyring::new(key(2)).and_older(key(1))).await.unwrap();
    let done = new.rotate(&mut Vec::new()).await.unwrap();
    assert_eq!((done.found, done.reencrypted), (4, 2));
    assert_eq!(done.unreadable, ["b", "c"].map(|account| Key::new("go1", account)));
}

pub(crate) async fn a_newer_schema_is_refused(place: &dyn Place) {
    let store = place.open(ring()).await.unwrap();
    store.insert(&Key::new("go1", "acme"), Content::new("token")).await.unwrap();
    place
        .tamper(
            "INSERT INTO _oauth_store_migrations (version, description, success, checksum, execution_time) \
             SELECT 999, 'later', success, checksum, execution_time FROM _oauth_store_migrations WHERE version = 1",
        )
        .await;
    let error = place.open(ring()).await.map(drop).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::TooNew, "{error}");
    assert!(error.to_string().contains("999"), "{error}");

    place.tamper("DELETE FROM _oauth_store_migrations WHERE version = 999").await;
    let store = place.open(ring()).await.unwrap();
    assert!(store.load(&Key::new("go1", "acme")).await.unwrap().is_some(), "nothing was lost");
}

pub(crate) async fn a_state_of_a_newer_version_is_refused(place: &dyn Place) {
    let store = place.open(ring()).await.unwrap();
    let acme = Key::new("go1", "acme");
    store.insert(&acme, Content::new("token")).await.unwrap();
    place.tamper("UPDATE oauth_connections SET state = 'hibernating'").await;
    assert_eq!(store.load(&acme).await.unwrap_err().kind(), StoreErrorKind::TooNew);
    assert_eq!(store.list("go1", None, 9).await.unwrap_err().kind(), StoreErrorKind::TooNew);
}

pub(crate) async fn many_open_a_new_store_at_once(place: &dyn Place) {
    let opening: Vec<_> = (0..8).map(|_| place.open(ring())).collect();
    let mut stores = Vec::new();
    for opened in join(opening).await {
        stores.push(opened.unwrap());
    }
    for (n, store) in stores.iter().enumerate() {
        store.insert(&Key::new("go1", format!("{n}")), Content::new("token")).await.unwrap();
    }
    assert_eq!(stores[0].list("go1", None, 99).await.unwrap().len(), 8);
}

/// Runs them together.
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

pub(crate) async fn names_that_no_database_takes_are_refused(place: &dyn Place) {
    let store = place.open(ring()).await.unwrap();
    for account in ["a\0b".to_owned(), "x".repeat(1_025)] {
        let key = Key::new("go1", account.clone());
        assert_eq!(store.load(&key).await.unwrap_err().kind(), StoreErrorKind::Other);
        assert_eq!(store.insert(&key, Content::new("x")).await.unwrap_err().kind(), StoreErrorKind::Other);
        assert!(store.list("go1", Some(&account), 9).await.is_err());
        assert!(store.due(&DueQuery::new(account), 9).await.unwrap().is_empty(), "nothing was asked for");
    }
    // The longest there may be, in both halves, and owners of any name. Random, so that it does not compress.
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

pub(crate) async fn lists_page_by_page_past_removed_ones(place: &dyn Place) {
    let store = place.open(ring()).await.unwrap();
    // By bytes, whatever the database's language: capitals first, then small letters, then what is not ASCII.
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

pub(crate) async fn a_name_is_used_once_by_many_machines_and_forgotten_in_the_end(place: &dyn Place) {
    const SHORT: Duration = Duration::from_millis(600);
    let machines = [place.open(ring()).await.unwrap(), place.open(ring()).await.unwrap()];
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

    // By the database's clock, which no test can move: the only way is to wait.
    tokio::time::sleep(SHORT + Duration::from_millis(10)).await;
    assert!(machines[1].claim_once("an attempt", LONG).await.unwrap(), "or the table would grow for ever");
    assert!(!machines[1].claim_once("a longer one", LONG).await.unwrap());
    let too_long = machines[0].claim_once(&"x".repeat(1_025), LONG).await.unwrap_err();
    assert_eq!(too_long.kind(), StoreErrorKind::Other, "{too_long}");
}

pub(crate) async fn a_database_of_the_first_schema_is_brought_up_to_date(place: &dyn Place) {
    let acme = Key::new("go1", "acme");
    place.open(ring()).await.unwrap().insert(&acme, Content::new("token")).await.unwrap();
    place.tamper("DROP TABLE oauth_used_once").await;
    place.tamper("DELETE FROM _oauth_store_migrations WHERE version > 1").await;

    let store = place.open(ring()).await.unwrap();
    assert_eq!(store.load(&acme).await.unwrap().unwrap().content.bytes(), b"token");
    assert!(store.claim_once("an attempt", LONG).await.unwrap());
}
