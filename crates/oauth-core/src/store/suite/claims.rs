//! Rules of names that can be claimed once.

use std::sync::Arc;
use std::time::Duration;

use super::{LONG, SHORT, Suite, ok};

impl<F: AsyncFn(Duration)> Suite<F> {
    pub(super) async fn name_is_claimed_once(&self) {
        let longest = "n".repeat(256);
        for name in ["suite-once", "SUITE-ONCE", "suite-once ", "suite-Übergröße '\"\\%_;--", &longest] {
            assert!(ok(self.store.claim_once(name, LONG).await), "{name:?} is confused with another");
        }
        for name in ["suite-once", &longest] {
            assert!(!ok(self.store.claim_once(name, LONG).await), "{name:?} was claimed twice");
            // A later claim does not shorten the time.
            assert!(!ok(self.store.claim_once(name, SHORT).await));
        }
        self.outlast().await;
        assert!(!ok(self.store.claim_once("suite-once", LONG).await), "the claim expired too early");
        // Claimed names and stored records are independent.
        let (key, _) = self.connected("kept-name", "token").await;
        assert!(ok(self.store.claim_once(&key.account, LONG).await));
        assert!(ok(self.store.claim_once(&key.provider, LONG).await));
        assert_eq!(self.read(&key).await.content.bytes(), b"token");
    }

    pub(super) async fn concurrent_claims_accept_one(&self) {
        let tasks: Vec<_> = (0..32)
            .map(|_| {
                let store = Arc::clone(&self.store);
                tokio::spawn(async move { store.claim_once("suite-once-many", LONG).await })
            })
            .collect();
        let mut accepted = 0;
        for task in tasks {
            match task.await {
                Ok(first) => accepted += usize::from(ok(first)),
                Err(error) => panic!("a claim panicked: {error}"),
            }
        }
        assert_eq!(accepted, 1, "exactly one claim is accepted");
    }
}
