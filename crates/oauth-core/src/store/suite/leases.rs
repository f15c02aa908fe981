//! Rules of leases and intents.

use std::sync::Arc;
use std::time::Duration;

use super::{LONG, SHORT, Suite, needs_reconnect, ok};
use crate::store::contract::{AcquireOutcome, Content, LeaseOwner};

impl<F: AsyncFn(Duration)> Suite<F> {
    pub(super) async fn lease_has_one_holder(&self) {
        let (key, generation) = self.connected("holder", "token").await;
        let (fence, record) = self.lease(&key, "a", LONG).await;
        assert_eq!(
            (record.generation, record.content.bytes()),
            (generation, &b"token"[..]),
            "acquire reads the record too"
        );
        let (left, record) = self.held(&key, "b").await;
        assert!(left <= LONG && left > LONG / 2, "{left:?}");
        assert_eq!(record.content.bytes(), b"token", "a waiting caller sees the current record");
        // The owner's name decides nothing: two tasks of one process may have the same name.
        self.held(&key, "a").await;
        ok(self.store.release(&key, fence).await);
        let (next, _) = self.lease(&key, "b", LONG).await;
        assert!(next > fence, "fences grow");
    }

    pub(super) async fn concurrent_acquires_grant_one_lease(&self) {
        let (key, _) = self.connected("many-ask", "token").await;
        let tasks: Vec<_> = (0..8)
            .map(|n| {
                let (store, key) = (Arc::clone(&self.store), key.clone());
                tokio::spawn(
                    async move { ok(store.acquire(&key, &LeaseOwner::new(format!("{n}")), LONG).await) },
                )
            })
            .collect();
        let mut granted = 0;
        for task in tasks {
            match task.await {
                Ok(AcquireOutcome::Granted { .. }) => granted += 1,
                Ok(AcquireOutcome::Held { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(granted, 1, "exactly one holder");
    }

    pub(super) async fn expired_lease_can_be_renewed(&self) {
        let (key, generation) = self.connected("renewed", "token").await;
        let (fence, _) = self.lease(&key, "a", SHORT).await;
        self.outlast().await;
        assert!(
            !ok(self.store.record_intent(&key, fence, generation).await),
            "an expired lease allows no intent"
        );
        // No other owner has acquired it since, so it can be renewed.
        assert!(
            ok(self.store.renew(&key, fence, LONG).await),
            "an expired lease stays current until another is granted"
        );
        assert!(ok(self.store.record_intent(&key, fence, generation).await));
        self.held(&key, "b").await;
        assert!(
            ok(self.store.renew(&key, fence, SHORT).await),
            "a renewal counts from now and may be shorter"
        );
        self.outlast().await;
        let (next, _) = self.lease(&key, "b", LONG).await;
        assert!(next > fence);
        assert!(!ok(self.store.renew(&key, fence, LONG).await), "another lease was granted");
        assert!(!ok(self.store.record_intent(&key, fence, generation).await), "another lease was granted");
    }

    pub(super) async fn release_needs_the_current_fence(&self) {
        let (key, generation) = self.connected("released", "token").await;
        let (old, _) = self.lease(&key, "a", SHORT).await;
        self.outlast().await;
        let (fence, _) = self.lease(&key, "b", LONG).await;
        ok(self.store.release(&key, old).await);
        self.held(&key, "c").await;
        ok(self.store.release(&key, fence).await);
        assert!(!ok(self.store.renew(&key, fence, LONG).await), "a released lease is over");
        assert!(!ok(self.store.record_intent(&key, fence, generation).await), "a released lease is over");
        assert!(
            !ok(self.store.set_state(&key, fence, generation, needs_reconnect()).await),
            "a released lease is over"
        );
        ok(self.store.release(&key, fence).await);
        self.lease(&key, "c", LONG).await;
    }

    pub(super) async fn intent_needs_fence_and_generation(&self) {
        let (key, generation) = self.connected("begun", "token").await;
        assert!(!ok(self.store.record_intent(&key, 0, generation).await), "without a lease");
        let (fence, _) = self.lease(&key, "a", LONG).await;
        assert!(!ok(self.store.record_intent(&key, fence + 1, generation).await));
        assert!(!ok(self.store.record_intent(&key, fence, generation + 1).await));
        assert!(!ok(self.store.record_intent(&key, fence, generation - 1).await));
        assert_eq!(self.read(&key).await.intent, None, "nothing was recorded");
        assert!(ok(self.store.record_intent(&key, fence, generation).await));
        let intent = self.read(&key).await.intent;
        assert_eq!(intent.map(|intent| intent.fence), Some(fence));
        assert_eq!(self.read(&key).await.generation, generation, "no token was saved");
    }

    pub(super) async fn intent_ages_and_outlives_its_lease(&self) {
        let (key, generation) = self.connected("intent", "token").await;
        let (fence, _) = self.lease(&key, "a", LONG).await;
        assert!(ok(self.store.record_intent(&key, fence, generation).await));
        self.outlast().await;
        ok(self.store.release(&key, fence).await);
        let (next, record) = self.lease(&key, "b", LONG).await;
        let Some(intent) = record.intent else { panic!("the intent was lost with the lease") };
        assert_eq!(intent.fence, fence);
        assert!(intent.age >= SHORT && intent.age < LONG, "{:?}", intent.age);
        // The next attempt replaces the intent.
        assert!(ok(self.store.record_intent(&key, next, generation).await));
        let Some(intent) = self.read(&key).await.intent else { panic!("no intent") };
        assert_eq!(intent.fence, next);
        assert!(intent.age < LONG, "{:?}", intent.age);
        ok(self.store.insert(&key, Content::new("new")).await);
        assert_eq!(self.read(&key).await.intent, None);
    }
}
