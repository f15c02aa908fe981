//! Names that may be used once.

use std::sync::Arc;
use std::time::Duration;

use super::{LONG, SHORT, Suite, ok};

impl<F: AsyncFn(Duration)> Suite<F> {
    pub(super) async fn a_name_is_used_once(&self) {
        let longest = "n".repeat(256);
        for name in ["suite-once", "SUITE-ONCE", "suite-once ", "suite-Übergröße '\"\\%_;--", &longest] {
            assert!(ok(self.store.claim_once(name, LONG).await), "{name:?} is taken for another");
        }
        for name in ["suite-once", &longest] {
            assert!(!ok(self.store.claim_once(name, LONG).await), "{name:?} was used twice");
            // Asking for less does not shorten what was promised.
            assert!(!ok(self.store.claim_once(name, SHORT).await));
        }
        self.outlast().await;
        assert!(!ok(self.store.claim_once("suite-once", LONG).await), "forgotten too early");
        // Nor is a name anything that is kept: it shows in no list, and what is kept is no name.
        let (key, _) = self.connected("kept-name", "token").await;
        assert!(ok(self.store.claim_once(&key.account, LONG).await));
        assert!(ok(self.store.claim_once(&key.provider, LONG).await));
        assert_eq!(self.read(&key).await.content.bytes(), b"token");
    }

    pub(super) async fn of_many_who_use_a_name_one_does(&self) {
        let tasks: Vec<_> = (0..32)
            .map(|_| {
                let store = Arc::clone(&self.store);
                tokio::spawn(async move { store.claim_once("suite-once-many", LONG).await })
            })
            .collect();
        let mut used = 0;
        for task in tasks {
            match task.await {
                Ok(first) => used += usize::from(ok(first)),
                Err(error) => panic!("using a name panicked: {error}"),
            }
        }
        assert_eq!(used, 1, "a name was used by {used}");
    }
}
