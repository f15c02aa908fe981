//! Saving a refreshed token, and changing a state without one.

use std::sync::Arc;
use std::time::Duration;

use super::{Content, LONG, RecordState, SHORT, Suite, at, broken, ok};
use crate::error::reconnect_reason::ReconnectReason;
use crate::store::SaveOutcome;

impl<F: AsyncFn(Duration)> Suite<F> {
    pub(super) async fn a_save_needs_the_generation_and_no_lease(&self) {
        let (key, first) = self.connected("save", "old").await;
        // The holder begins, stalls, and loses its lease to another who begins as well.
        let (stalled, _) = self.lease(&key, "a", SHORT).await;
        assert!(ok(self.store.record_intent(&key, stalled, first).await));
        self.outlast().await;
        let (fence, _) = self.lease(&key, "b", LONG).await;
        assert!(ok(self.store.record_intent(&key, fence, first).await));
        let content = Content::new("new").due_at(Some(at(60))).lapses_at(Some(at(120)));
        match ok(self.store.save(&key, first, content).await) {
            SaveOutcome::Accepted { generation } => assert_eq!(generation, first + 1),
            other => panic!("who has the only live refresh token must be able to save it: {other:?}"),
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
        assert!(matches!(ahead, SaveOutcome::Superseded { .. }), "of a generation that never was: {ahead:?}");
        assert_eq!(self.read(&key).await.content.bytes(), b"new");
        // The present holder is still the holder, but of a generation that is past.
        assert!(!ok(self.store.record_intent(&key, fence, first).await));
        assert!(!ok(self.store.set_state(&key, fence, first, broken()).await));
        assert!(ok(self.store.record_intent(&key, fence, first + 1).await), "a save takes no lease away");
    }

    pub(super) async fn of_many_who_save_one_is_accepted(&self) {
        let (key, first) = self.connected("many-save", "old").await;
        let saving: Vec<_> = (0..8)
            .map(|n| {
                let (store, key) = (Arc::clone(&self.store), key.clone());
                tokio::spawn(async move { ok(store.save(&key, first, Content::new(format!("{n}"))).await) })
            })
            .collect();
        let mut accepted = Vec::new();
        for (n, saved) in saving.into_iter().enumerate() {
            match saved.await {
                Ok(SaveOutcome::Accepted { generation }) => accepted.push((n.to_string(), generation)),
                Ok(SaveOutcome::Superseded { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
        let record = self.read(&key).await;
        let kept = String::from_utf8_lossy(record.content.bytes()).into_owned();
        assert_eq!(accepted, [(kept, first + 1)], "exactly one is accepted, and that one is kept");
    }

    pub(super) async fn a_save_ends_what_was_in_doubt(&self) {
        let (key, first) = self.connected("doubt", "old").await;
        let (stalled, _) = self.lease(&key, "a", SHORT).await;
        assert!(ok(self.store.record_intent(&key, stalled, first).await));
        self.outlast().await;
        let (fence, _) = self.lease(&key, "b", LONG).await;
        assert!(ok(self.store.set_state(&key, fence, first, broken()).await));
        let saved = ok(self.store.save(&key, first, Content::new("new")).await);
        assert!(matches!(saved, SaveOutcome::Accepted { .. }), "{saved:?}");
        assert_eq!(self.read(&key).await.state, RecordState::Active);
    }

    pub(super) async fn a_change_of_state_needs_fence_and_generation(&self) {
        let (key, first) = self.connected("state", "token").await;
        assert!(!ok(self.store.set_state(&key, 0, first, broken()).await), "without any lease");
        let (fence, _) = self.lease(&key, "a", LONG).await;
        assert!(!ok(self.store.set_state(&key, fence + 1, first, broken()).await));
        assert!(!ok(self.store.set_state(&key, fence, first + 1, broken()).await));
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
            assert_eq!((record.state, record.intent), (state, None), "it forgets the intent");
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
