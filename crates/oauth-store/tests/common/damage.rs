//! Damaged rows.

use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, RecordState, RecordSummary, SaveOutcome,
    StoreErrorKind, TokenStore,
};
use oauth_store::Keyring;

use super::{LONG, Store, TestDatabase, granted, key};

const OTHERS: [&str; 2] = ["a", "z"];

/// Changes of the row of the account `damaged`, and the effect on it.
const DAMAGES: &[(&str, Effect)] = &[
    ("state = 'hibernating'", Effect::Unreadable),
    ("state = ''", Effect::Unreadable),
    ("state = NULL", Effect::Unreadable),
    ("state = 'revoked'", Effect::Unreadable),
    ("generation = -1", Effect::Unreadable),
    ("generation = -9223372036854775807 - 1", Effect::Unreadable),
    ("generation = 9223372036854775807", Effect::Usable),
    ("due_at = -9223372036854775807 - 1", Effect::Unreadable),
    ("lapses_at = 9223372036854775807", Effect::Unreadable),
    ("state = 'revoked', state_at = 9223372036854775807", Effect::Unreadable),
    ("intent_fence = -1, intent_at = 1", Effect::UnreadableButListed),
    ("intent_fence = 1, intent_at = 9223372036854775807", Effect::Usable),
    ("intent_fence = 1, intent_at = -9223372036854775807 - 1", Effect::Usable),
    ("intent_fence = 1", Effect::Usable),
    ("lease_until = 9223372036854775807", Effect::Held),
    ("lease_until = 9223372036854775807, lease_length = 9223372036854775807", Effect::Held),
    ("lease_until = 9223372036854775807, lease_length = -1", Effect::Held),
    ("lease_until = -9223372036854775807 - 1, lease_length = 5", Effect::Usable),
    ("fence = -1, lease_until = 9223372036854775807", Effect::CannotBeLeased),
    ("fence = -2", Effect::CannotBeLeased),
    ("fence = 9223372036854775807", Effect::CannotBeLeased),
    ("key_id = NULL", Effect::DoesNotDecrypt),
    ("key_id = ''", Effect::DoesNotDecrypt),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    Usable,
    Held,
    CannotBeLeased,
    DoesNotDecrypt,
    /// Decrypts, but is no record.
    Unreadable,
    /// The same, and lists do not show it: they read no intents.
    UnreadableButListed,
}

impl Effect {
    fn is_readable(self) -> bool {
        matches!(self, Self::Usable | Self::Held | Self::CannotBeLeased)
    }
}

pub(crate) async fn damaged_record_hurts_no_other(database: &dyn TestDatabase) {
    let rings = [Keyring::new(key(1)).and_older(key(2)), Keyring::new(key(2)).and_older(key(1))];
    let stores =
        [database.open(rings[0].clone()).await.unwrap(), database.open(rings[1].clone()).await.unwrap()];
    for account in OTHERS {
        stores[0].insert(&Key::new("go1", account), content()).await.unwrap();
    }
    let damaged = Key::new("go1", "damaged");
    for (round, (change, effect)) in DAMAGES.iter().enumerate() {
        let (old, new) = (&stores[round % 2], &stores[(round + 1) % 2]);
        let generation = old.insert(&damaged, content()).await.unwrap();
        let change = format!("UPDATE oauth_connections SET {change} WHERE account = 'damaged'");
        database.tamper(&change).await;

        let error = old.load(&damaged).await.err();
        assert_eq!(error.is_none(), effect.is_readable(), "{change}: {error:?}");
        if let Some(error) = error {
            assert!(error.to_string().contains("go1/damaged"), "{error}");
            let is_typed = matches!(
                error.kind(),
                StoreErrorKind::Corrupt | StoreErrorKind::TooNew | StoreErrorKind::WrongKey
            );
            assert!(is_typed, "{error}");
        }

        let listed = old.list("go1", None, 9).await.unwrap();
        let state = |one: &RecordSummary| (one.account.clone(), one.state);
        let expected = match effect {
            Effect::Unreadable => RecordState::Unreadable,
            _ => RecordState::Active,
        };
        assert_eq!(
            listed.iter().map(state).collect::<Vec<_>>(),
            [
                ("a".to_owned(), RecordState::Active),
                ("damaged".to_owned(), expected),
                ("z".to_owned(), RecordState::Active)
            ],
            "{change}"
        );
        let time = DateTime::from_timestamp(2_000_000_000, 0).unwrap();
        for query in [DueQuery::new("go1").due_by(time), DueQuery::new("go1").lapses_by(time)] {
            let due = old.due(&query, 9).await.unwrap();
            let others = due.iter().filter(|one| one.account != "damaged");
            assert_eq!(others.map(|one| one.account.as_str()).collect::<Vec<_>>(), OTHERS, "{change}");
        }

        let done = new.rotate(&mut Vec::new()).await.unwrap();
        let decrypts = *effect != Effect::DoesNotDecrypt;
        assert_eq!((done.found, done.reencrypted), (3, if decrypts { 3 } else { 2 }), "{change}: {done:?}");
        let named = [damaged.clone()];
        assert_eq!(done.unreadable, named[usize::from(decrypts)..], "{change}");
        let is_damaged = decrypts && !effect.is_readable();
        assert_eq!(done.damaged, named[usize::from(!is_damaged)..], "{change}");

        let asked = new.acquire(&damaged, &LeaseOwner::new("me"), LONG).await;
        match (effect, asked) {
            (Effect::Usable, Ok(AcquireOutcome::Granted { .. }))
            | (Effect::Held, Ok(AcquireOutcome::Held { .. })) => {}
            (_, Err(_)) if !matches!(effect, Effect::Usable | Effect::Held) => {}
            (_, asked) => panic!("{change}: {asked:?}"),
        }
        for account in OTHERS {
            let other = Key::new("go1", account);
            let (fence, record) = granted(new, &other, LONG).await;
            assert_eq!(record.content.bytes(), b"token", "{change}");
            new.release(&other, fence).await.unwrap();
        }
        check_remedy(new, &damaged, generation, &change).await;
    }
}

/// The customer connects again.
async fn check_remedy(store: &Arc<dyn Store>, damaged: &Key, before: u64, change: &str) {
    let generation = store.insert(damaged, content()).await.unwrap();
    assert!(generation > before, "{change}: {generation}");
    let (fence, record) = granted(store, damaged, LONG).await;
    assert_eq!((record.generation, record.intent), (generation, None), "{change}");
    assert!(store.record_intent(damaged, fence, generation).await.unwrap(), "{change}");
    let saved = store.save(damaged, generation, content()).await.unwrap();
    assert!(matches!(saved, SaveOutcome::Accepted { .. }), "{change}: {saved:?}");
}

fn content() -> Content {
    let time = DateTime::from_timestamp(1_800_000_000, 0);
    Content::new("token").due_at(time).lapses_at(time)
}

pub(crate) async fn far_lease_lasts_as_long_as_own(database: &dyn TestDatabase) {
    const OWN: Duration = Duration::from_millis(1_500);
    let store = database.open(super::ring()).await.unwrap();
    let acme = Key::new("go1", "acme");
    let owner = LeaseOwner::new("me");
    for lease in [
        "lease_until = 4000000000000000, lease_length = NULL",
        "lease_until = 4000000000000000, lease_length = 3999999999999999",
        "lease_until = 9223372036854775807, lease_length = 0",
    ] {
        store.insert(&acme, Content::new("token")).await.unwrap();
        database.tamper(&format!("UPDATE oauth_connections SET {lease}")).await;
        let held = store.acquire(&acme, &owner, OWN).await.unwrap();
        let AcquireOutcome::Held { for_another, .. } = held else { panic!("{lease}: {held:?}") };
        assert!(for_another <= OWN, "{lease}: {for_another:?}");
        // A caller with shorter leases shortens it again, one with longer leases does not extend it.
        for length in [LONG, OWN / 2] {
            let held = store.acquire(&acme, &owner, length).await.unwrap();
            assert!(
                matches!(held, AcquireOutcome::Held { for_another, .. } if for_another <= OWN),
                "{held:?}"
            );
        }
        // The database's clock decides, so the test has to wait.
        tokio::time::sleep(OWN / 2 + Duration::from_millis(10)).await;
        let (fence, record) = granted(&store, &acme, LONG).await;
        assert!(store.record_intent(&acme, fence, record.generation).await.unwrap(), "{lease}");
    }
}
