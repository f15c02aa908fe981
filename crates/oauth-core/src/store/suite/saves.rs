//! Rules of saves and of state changes.

use std::sync::Arc;
use std::time::Duration;

use super::{LONG, SHORT, Suite, at, needs_reconnect, ok};
use crate::error::reconnect_reason::ReconnectReason;
use crate::store::contract::{Content, RecordState, SaveOutcome};

impl<F: AsyncFn(Duration)> Suite<F> {
    pub(super) async fn save_needs_generation_but_no_lease(&self) {
        let (key, first) = self.connected("save", "old").await;
        // A holder records its intent, stalls, and loses its lease to another holder, which records an intent
        // too.
        let (stalled, _) = self.lease(&key, "a", SHORT).await;
        assert!(ok(self.store.record_intent(&key, stalled, first).await));
        self.outlast().await;
        let (fence, _) = self.lease(&key, "b", LONG).await;
        assert!(ok(self.store.record_intent(&key, fence, first).await));
        let content = Content::new("new").due_at(Some(at(60))).lapses_at(Some(at(120)));
        match ok(self.store.save(&key, first, content).await) {
            SaveOutcome::Accepted { generation } => assert_eq!(generation, first + 1),
            other => panic!("the save was refused, its refresh token is lost: {other:?}"),
        }
        let record = self.read(&key).await;
        assert_eq!(record.content.bytes(), b"new");
        assert_eq!((record.content.due_at, record.content.lapses_at), (Some(at(60)), Some(at(120))));
        assert_eq!((record.generation, record.intent), (first + 1, None));
        match ok(self.store.save(&key, first, Content::new("other")).await) {
            SaveOutcome::Superseded { record } => {
                assert_eq!((record.content.bytes(), record.generation), (&b"new"[..], first + 1));
            }
            other => panic!("a token of an older generation was saved over a newer one: {other:?}"),
        }
        let ahead = ok(self.store.save(&key, first + 2, Content::new("other")).await);
        assert!(
            matches!(ahead, SaveOutcome::Superseded { .. }),
            "a future generation was accepted: {ahead:?}"
        );
        assert_eq!(self.read(&key).await.content.bytes(), b"new");
        // The lease is still current, but the generation is outdated.
        assert!(!ok(self.store.record_intent(&key, fence, first).await));
        assert!(!ok(self.store.set_state(&key, fence, first, needs_reconnect()).await));
        assert!(ok(self.store.record_intent(&key, fence, first + 1).await), "a save does not end the lease");
    }

    pub(super) async fn save_exceeds_replaced_generation(&self) {
        let (key, first) = self.connected("written-back", "old").await;
        for (replaced, expected) in [(first + 6, first + 7), (first + 2, first + 8)] {
            let from = self.read(&key).await.generation;
            let content = Content::new("newer").replaced_generation(replaced);
            match ok(self.store.save(&key, from, content).await) {
                SaveOutcome::Accepted { generation } => assert_eq!(generation, expected),
                other => panic!("a token was not written back: {other:?}"),
            }
            assert_eq!(self.read(&key).await.generation, expected);
        }
    }

    pub(super) async fn concurrent_saves_accept_one(&self) {
        let (key, first) = self.connected("many-save", "old").await;
        let tasks: Vec<_> = (0..8)
            .map(|n| {
                let (store, key) = (Arc::clone(&self.store), key.clone());
                tokio::spawn(async move { ok(store.save(&key, first, Content::new(format!("{n}"))).await) })
            })
            .collect();
        let mut accepted = Vec::new();
        for (n, task) in tasks.into_iter().enumerate() {
            match task.await {
                Ok(SaveOutcome::Accepted { generation }) => accepted.push((n.to_string(), generation)),
                Ok(SaveOutcome::Superseded { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
        let record = self.read(&key).await;
        let kept = String::from_utf8_lossy(record.content.bytes()).into_owned();
        assert_eq!(accepted, [(kept, first + 1)], "exactly one save is accepted and stored");
    }

    pub(super) async fn save_makes_record_active(&self) {
        let (key, first) = self.connected("doubt", "old").await;
        let (stalled, _) = self.lease(&key, "a", SHORT).await;
        assert!(ok(self.store.record_intent(&key, stalled, first).await));
        self.outlast().await;
        let (fence, _) = self.lease(&key, "b", LONG).await;
        assert!(ok(self.store.set_state(&key, fence, first, needs_reconnect()).await));
        let saved = ok(self.store.save(&key, first, Content::new("new")).await);
        assert!(matches!(saved, SaveOutcome::Accepted { .. }), "{saved:?}");
        assert_eq!(self.read(&key).await.state, RecordState::Active);
    }

    pub(super) async fn state_change_needs_fence_and_generation(&self) {
        let (key, first) = self.connected("state", "token").await;
        assert!(!ok(self.store.set_state(&key, 0, first, needs_reconnect()).await), "without a lease");
        let (fence, _) = self.lease(&key, "a", LONG).await;
        assert!(!ok(self.store.set_state(&key, fence + 1, first, needs_reconnect()).await));
        assert!(!ok(self.store.set_state(&key, fence, first + 1, needs_reconnect()).await));
        assert_eq!(self.read(&key).await.state, RecordState::Active, "nothing was changed");
        for reason in [
            ReconnectReason::Revoked,
            ReconnectReason::Lapsed,
            ReconnectReason::OutcomeUnknown,
            ReconnectReason::TokenRefused,
        ] {
            let state = RecordState::NeedsReconnect { reason, at: at(7) };
            assert!(ok(self.store.record_intent(&key, fence, first).await));
            assert!(ok(self.store.set_state(&key, fence, first, state).await));
            let record = self.read(&key).await;
            assert_eq!((record.state, record.intent), (state, None), "a state change clears the intent");
            assert_eq!(
                (record.generation, record.content.bytes()),
                (first, &b"token"[..]),
                "nothing is deleted"
            );
        }
        assert!(ok(self.store.set_state(&key, fence, first, RecordState::Active).await));
        assert_eq!(self.read(&key).await.state, RecordState::Active);
    }
}
