//! Leases and intents.

use std::sync::Arc;
use std::time::Duration;

use super::{Content, LONG, LeaseOwner, SHORT, Suite, broken, ok};
use crate::store::AcquireOutcome;

impl<F: AsyncFn(Duration)> Suite<F> {
    pub(super) async fn one_holder_at_a_time(&self) {
        let (key, generation) = self.connected("holder", "token").await;
        let (fence, record) = self.lease(&key, "a", LONG).await;
        assert_eq!(
            (record.generation, record.content.bytes()),
            (generation, &b"token"[..]),
            "it reads as well"
        );
        let (left, record) = self.held(&key, "b").await;
        assert!(left <= LONG && left > LONG / 2, "{left:?}");
        assert_eq!(record.content.bytes(), b"token", "who must wait can see whether there is a new token");
        // The name decides nothing: two tasks of one process may have the same.
        self.held(&key, "a").await;
        ok(self.store.release(&key, fence).await);
        let (next, _) = self.lease(&key, "b", LONG).await;
        assert!(next > fence, "fences grow");
    }

    pub(super) async fn of_many_who_ask_one_gets_it(&self) {
        let (key, _) = self.connected("many-ask", "token").await;
        let asking: Vec<_> = (0..8)
            .map(|n| {
                let (store, key) = (Arc::clone(&self.store), key.clone());
                tokio::spawn(
                    async move { ok(store.acquire(&key, &LeaseOwner::new(format!("{n}")), LONG).await) },
                )
            })
            .collect();
        let mut granted = 0;
        for asked in asking {
            match asked.await {
                Ok(AcquireOutcome::Granted { .. }) => granted += 1,
                Ok(AcquireOutcome::Held { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(granted, 1, "exactly one holder");
    }

    pub(super) async fn a_lease_runs_out_and_is_renewed(&self) {
        let (key, generation) = self.connected("renewed", "token").await;
        let (fence, _) = self.lease(&key, "a", SHORT).await;
        self.outlast().await;
        assert!(
            !ok(self.store.record_intent(&key, fence, generation).await),
            "nothing is begun under a lease that ran out"
        );
        // Nobody took it since, so it can still be lengthened, and is good again.
        assert!(ok(self.store.renew(&key, fence, LONG).await), "one that nobody took since is still current");
        assert!(ok(self.store.record_intent(&key, fence, generation).await));
        self.held(&key, "b").await;
        assert!(ok(self.store.renew(&key, fence, SHORT).await), "also a shorter time, counted from now");
        self.outlast().await;
        let (next, _) = self.lease(&key, "b", LONG).await;
        assert!(next > fence);
        assert!(!ok(self.store.renew(&key, fence, LONG).await), "somebody took it");
        assert!(!ok(self.store.record_intent(&key, fence, generation).await), "somebody took it");
    }

    pub(super) async fn a_lease_ends_by_its_own_fence_only(&self) {
        let (key, generation) = self.connected("released", "token").await;
        let (old, _) = self.lease(&key, "a", SHORT).await;
        self.outlast().await;
        let (fence, _) = self.lease(&key, "b", LONG).await;
        ok(self.store.release(&key, old).await);
        self.held(&key, "c").await;
        ok(self.store.release(&key, fence).await);
        assert!(!ok(self.store.renew(&key, fence, LONG).await), "given back is given back");
        assert!(!ok(self.store.record_intent(&key, fence, generation).await), "given back is given back");
        assert!(
            !ok(self.store.set_state(&key, fence, generation, broken()).await),
            "given back is given back"
        );
        ok(self.store.release(&key, fence).await);
        self.lease(&key, "c", LONG).await;
    }

    pub(super) async fn a_refresh_is_begun_by_the_holder_only(&self) {
        let (key, generation) = self.connected("begun", "token").await;
        assert!(!ok(self.store.record_intent(&key, 0, generation).await), "without any lease");
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

    pub(super) async fn an_intent_ages_and_outlives_its_lease(&self) {
        let (key, generation) = self.connected("intent", "token").await;
        let (fence, _) = self.lease(&key, "a", LONG).await;
        assert!(ok(self.store.record_intent(&key, fence, generation).await));
        self.outlast().await;
        ok(self.store.release(&key, fence).await);
        let (next, record) = self.lease(&key, "b", LONG).await;
        let Some(intent) = record.intent else { panic!("the intent went with the lease") };
        assert_eq!(intent.fence, fence);
        assert!(intent.age >= SHORT && intent.age < LONG, "{:?}", intent.age);
        // The next attempt is the one that counts from now on.
        assert!(ok(self.store.record_intent(&key, next, generation).await));
        let Some(intent) = self.read(&key).await.intent else { panic!("no intent") };
        assert_eq!(intent.fence, next);
        assert!(intent.age < LONG, "{:?}", intent.age);
        ok(self.store.insert(&key, Content::new("new")).await);
        assert_eq!(self.read(&key).await.intent, None);
    }
}
