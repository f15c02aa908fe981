//! What is under way, so that an answer can wait for what it caused: the page is right at once, also without scripts.

use std::time::Duration;

use tokio::sync::watch;

/// Counts what is under way. Clones share the count.
#[derive(Clone, Debug)]
pub(super) struct Work(watch::Sender<usize>);

/// One thing under way, until it is dropped.
#[derive(Debug)]
pub(super) struct UnderWay(watch::Sender<usize>);

impl Default for Work {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Work {
    /// Begins something.
    pub(super) fn begin(&self) -> UnderWay {
        self.0.send_modify(|count| *count += 1);
        UnderWay(self.0.clone())
    }

    /// Waits until nothing is under way, but no longer than `limit`.
    pub(super) async fn settled(&self, limit: Duration) {
        let mut count = self.0.subscribe();
        // That it takes longer is no error: the page says so.
        let _ = tokio::time::timeout(limit, count.wait_for(|count| *count == 0)).await;
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn waits_for_all_and_not_for_ever() {
        let work = Work::default();
        let (one, two) = (work.begin(), work.begin());
        let begun = tokio::time::Instant::now();
        drop(one);
        work.settled(Duration::from_secs(3)).await;
        assert_eq!(begun.elapsed(), Duration::from_secs(3));
        drop(two);
        work.settled(Duration::from_secs(3)).await;
        assert_eq!(begun.elapsed(), Duration::from_secs(3));
    }
}
