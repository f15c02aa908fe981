//! Rules of lists and of due records.

use std::time::Duration;

use super::{LONG, Suite, at, needs_reconnect, ok};
use crate::store::contract::{Content, DueQuery, Key, RecordState, RecordSummary};

impl<F: AsyncFn(Duration)> Suite<F> {
    pub(super) async fn list_sorts_by_account_and_pages(&self) {
        let provider = "suite-list";
        for account in ["c", "a", "e", "b", "d", "gone"] {
            ok(self.store.insert(&Key::new(provider, account), Content::new("x").due_at(Some(at(1)))).await);
        }
        ok(self.store.insert(&Key::new("suite-list-of-another", "f"), Content::new("x")).await);
        ok(self.store.remove(&Key::new(provider, "gone")).await);
        let key = Key::new(provider, "b");
        let (fence, _) = self.lease(&key, "a", LONG).await;
        assert!(ok(self.store.set_state(&key, fence, 1, needs_reconnect()).await));

        let mut found: Vec<RecordSummary> = Vec::new();
        loop {
            let after = found.last().map(|last| last.account.clone());
            let page = ok(self.store.list(provider, after.as_deref(), 2).await);
            assert!(page.len() <= 2, "the limit applies");
            if page.is_empty() {
                break;
            }
            found.extend(page);
        }
        assert_eq!(accounts(&found), ["a", "b", "c", "d", "e"]);
        assert_eq!(found[0], RecordSummary::new("a", 1, RecordState::Active, Some(at(1)), None));
        assert_eq!(found[1].state, needs_reconnect());
        assert!(ok(self.store.list("suite-list-empty", None, 9).await).is_empty());
    }

    pub(super) async fn due_returns_lapsing_records_first(&self) {
        let provider = "suite-due";
        for (account, due, lapses) in [
            ("never", None, None),
            ("due-30", Some(30), None),
            ("due-10", Some(10), Some(1_000)),
            ("due-90", Some(90), None),
            ("lapses-200", Some(95), Some(200)),
            ("lapses-150", None, Some(150)),
            ("reconnect", Some(1), Some(1)),
        ] {
            let content = Content::new("x").due_at(due.map(at)).lapses_at(lapses.map(at));
            ok(self.store.insert(&Key::new(provider, account), content).await);
        }
        ok(self
            .store
            .insert(&Key::new("suite-due-of-another", "x"), Content::new("x").due_at(Some(at(1))))
            .await);
        let key = Key::new(provider, "reconnect");
        let (fence, _) = self.lease(&key, "a", LONG).await;
        assert!(ok(self.store.set_state(&key, fence, 1, needs_reconnect()).await));

        let due = DueQuery::new(provider).due_by(at(30));
        assert_eq!(
            accounts(&ok(self.store.due(&due, 9).await)),
            ["due-10", "due-30"],
            "active records due at or before the time"
        );
        let lapsing = DueQuery::new(provider).lapses_by(at(200));
        assert_eq!(accounts(&ok(self.store.due(&lapsing, 9).await)), ["lapses-150", "lapses-200"]);
        let ahead = DueQuery::new(provider).lapses_after(at(200));
        assert_eq!(accounts(&ok(self.store.due(&ahead, 9).await)), ["due-10"], "later than the time");
        let all = DueQuery::new(provider).due_by(at(10)).lapses_by(at(150)).lapses_after(at(150));
        assert_eq!(accounts(&ok(self.store.due(&all, 9).await)), ["lapses-150", "lapses-200", "due-10"]);
        let both = DueQuery::new(provider).due_by(at(95)).lapses_by(at(200));
        let found = ok(self.store.due(&both, 9).await);
        assert_eq!(
            accounts(&found),
            ["lapses-150", "lapses-200", "due-10", "due-30", "due-90"],
            "each once, lapsing first"
        );
        assert_eq!(
            found[2],
            RecordSummary::new("due-10", 1, RecordState::Active, Some(at(10)), Some(at(1_000)))
        );
        assert_eq!(accounts(&ok(self.store.due(&both, 3).await)), ["lapses-150", "lapses-200", "due-10"]);
        assert!(
            ok(self.store.due(&DueQuery::new(provider), 9).await).is_empty(),
            "an empty query matches nothing"
        );
    }
}

fn accounts(found: &[RecordSummary]) -> Vec<&str> {
    found.iter().map(|summary| summary.account.as_str()).collect()
}
