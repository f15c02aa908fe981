//! Rules of inserting, reading and removing records.

use std::time::Duration;

use super::{LONG, Suite, at, needs_reconnect, ok};
use crate::store::contract::{AcquireOutcome, Content, Key, LeaseOwner, RecordState, SaveOutcome};

impl<F: AsyncFn(Duration)> Suite<F> {
    pub(super) async fn load_returns_inserted_record(&self) {
        let key = Key::new("suite-kept", "acme");
        assert!(ok(self.store.load(&key).await).is_none(), "no record before the insert");
        let content = Content::new("token").due_at(Some(at(60))).lapses_at(Some(at(3_600)));
        assert_eq!(ok(self.store.insert(&key, content).await), 1, "generations start at 1");
        let record = self.read(&key).await;
        assert_eq!(record.content.bytes(), b"token");
        assert_eq!(record.content.due_at, Some(at(60)));
        assert_eq!(record.content.lapses_at, Some(at(3_600)));
        assert_eq!((record.generation, record.state, record.intent), (1, RecordState::Active, None));
        // Unset times replace set ones.
        ok(self.store.insert(&key, Content::new("other")).await);
        let record = self.read(&key).await;
        assert_eq!((record.content.due_at, record.content.lapses_at), (None, None));
    }

    pub(super) async fn similar_keys_are_independent(&self) {
        let (key, generation) = self.connected("keys", "token").await;
        let twins = [
            Key::new("suite-keys", "ACME"),
            Key::new("suite-keys-2", "acme"),
            Key::new("suite-keys", "acme "),
        ];
        for twin in &twins {
            assert!(ok(self.store.load(twin).await).is_none(), "{twin:?} is confused with {key:?}");
        }
        for twin in &twins {
            ok(self.store.insert(twin, Content::new("twin")).await);
        }
        let (fence, _) = self.lease(&twins[0], "a", LONG).await;
        assert!(ok(self.store.record_intent(&twins[0], fence, 1).await));
        assert!(ok(self.store.remove(&twins[1]).await));
        let record = self.read(&key).await;
        assert_eq!(
            (record.content.bytes(), record.generation, record.intent),
            (&b"token"[..], generation, None)
        );
        self.lease(&key, "b", LONG).await;
    }

    pub(super) async fn insert_replaces_any_record(&self) {
        let (key, first) = self.connected("insert", "old").await;
        let (fence, _) = self.lease(&key, "a", LONG).await;
        assert!(ok(self.store.record_intent(&key, fence, first).await));
        assert!(ok(self.store.set_state(&key, fence, first, needs_reconnect()).await));
        assert!(ok(self.store.record_intent(&key, fence, first).await));
        let second = ok(self.store.insert(&key, Content::new("new")).await);
        assert_eq!(second, first + 1, "an insert increments the generation");
        let record = self.read(&key).await;
        assert_eq!(record.content.bytes(), b"new");
        assert_eq!((record.generation, record.state, record.intent), (second, RecordState::Active, None));
        // The insert ends the lease of the replaced token.
        assert!(!ok(self.store.record_intent(&key, fence, second).await), "an insert ends leases");
        assert!(!ok(self.store.renew(&key, fence, LONG).await), "an insert ends leases");
        match ok(self.store.save(&key, first, Content::new("late")).await) {
            SaveOutcome::Superseded { record } => assert_eq!(record.content.bytes(), b"new"),
            other => panic!("a refresh of the old token replaced a new connection: {other:?}"),
        }
        let (later, _) = self.lease(&key, "b", LONG).await;
        assert!(later > fence, "fences grow");
    }

    pub(super) async fn removed_key_keeps_its_counters(&self) {
        let (key, first) = self.connected("removed", "old").await;
        let (fence, _) = self.lease(&key, "a", LONG).await;
        assert!(ok(self.store.record_intent(&key, fence, first).await));
        assert!(ok(self.store.remove(&key).await));
        assert!(!ok(self.store.remove(&key).await), "it is removed already");
        assert!(ok(self.store.load(&key).await).is_none());
        assert!(!ok(self.store.record_intent(&key, fence, first).await));
        assert!(!ok(self.store.renew(&key, fence, LONG).await));
        assert!(!ok(self.store.set_state(&key, fence, first, needs_reconnect()).await));
        ok(self.store.release(&key, fence).await);
        let saved = ok(self.store.save(&key, first, Content::new("late")).await);
        assert!(matches!(saved, SaveOutcome::Missing), "a save does not restore a removed record: {saved:?}");
        let outcome = ok(self.store.acquire(&key, &LeaseOwner::new("a"), LONG).await);
        assert!(matches!(outcome, AcquireOutcome::Missing), "{outcome:?}");

        let second = ok(self.store.insert(&key, Content::new("new")).await);
        assert!(second > first, "a late save of the removed token must not match the new one");
        assert_eq!(self.read(&key).await.intent, None);
        let (later, _) = self.lease(&key, "b", LONG).await;
        assert!(later > fence, "a late holder of the old lease must not match the new one");
    }

    pub(super) async fn stores_content_of_any_kind(&self) {
        for (account, bytes) in [
            ("empty", Vec::new()),
            ("any byte", (0..=255).collect::<Vec<u8>>()),
            ("large", vec![7; 300_000]),
            ("it's \"quoted\" \\ %_;--", b"x".to_vec()),
            ("Übergröße 東京 🦀", b"x".to_vec()),
        ] {
            let key = Key::new("suite-content", account);
            ok(self.store.insert(&key, Content::new(bytes.clone())).await);
            assert_eq!(self.read(&key).await.content.bytes(), bytes, "{account}");
        }
    }
}
