//! Background work that a response waits for, so that the page is up to date even without scripts.

use std::time::Duration;

use tokio::sync::watch;

/// The number of tasks in progress. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct PendingWork(watch::Sender<usize>);

/// A task in progress, until the guard is dropped.
#[derive(Debug)]
pub(super) struct WorkGuard(watch::Sender<usize>);

impl Default for PendingWork {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl PendingWork {
    /// Registers a task.
    pub(super) fn begin(&self) -> WorkGuard {
        self.0.send_modify(|count| *count += 1);
        WorkGuard(self.0.clone())
    }

    /// Waits until no task is in progress, at most for `limit`.
    pub(super) async fn wait_until_idle(&self, limit: Duration) {
        let mut count = self.0.subscribe();
        // A timeout is not an error, because the page shows work in progress.
        let _ = tokio::time::timeout(limit, count.wait_for(|count| *count == 0)).await;
    }
}

impl Drop for WorkGuard {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn wait_ends_when_idle_or_at_limit() {
        let work = PendingWork::default();
        let (one, two) = (work.begin(), work.begin());
        let started_at = tokio::time::Instant::now();
        drop(one);
        work.wait_until_idle(Duration::from_secs(3)).await;
        assert_eq!(started_at.elapsed(), Duration::from_secs(3));
        drop(two);
        work.wait_until_idle(Duration::from_secs(3)).await;
        assert_eq!(started_at.elapsed(), Duration::from_secs(3));
    }
}
