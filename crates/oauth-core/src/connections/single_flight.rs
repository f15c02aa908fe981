//! Single flight: all callers of a key share one task, which continues when they stop waiting.
//!
//! Knows nothing of tokens. The owner of a key keeps its [`Ticket`] while a flight is running.

use tokio::sync::watch;

use crate::error::Error;

enum Progress<T> {
    Running,
    /// Callers can use this result; the flight continues.
    Early(T),
    Done(Result<T, Error>),
}

/// The running flight, as its callers see it.
pub(super) struct Ticket<T>(watch::Receiver<Progress<T>>);

/// The running flight, as its task sees it.
pub(super) struct Flight<T>(watch::Sender<Progress<T>>);

/// The end of a caller's wait.
pub(super) enum Landing<T> {
    Early(T),
    Done(Result<T, Error>),
    /// The task panicked, or its runtime was dropped.
    Interrupted,
}

/// Creates a flight that is about to start.
pub(super) fn flight<T>() -> (Flight<T>, Ticket<T>) {
    let (sender, receiver) = watch::channel(Progress::Running);
    (Flight(sender), Ticket(receiver))
}

impl<T> Flight<T> {
    /// Publishes a result before the flight ends.
    pub(super) fn publish_early(&self, result: T) {
        self.0.send_replace(Progress::Early(result));
    }

    /// Wakes all callers.
    pub(super) fn land(&self, result: Result<T, Error>) {
        self.0.send_replace(Progress::Done(result));
    }
}

impl<T: Clone> Ticket<T> {
    /// Waits for the end of the flight, or for an early result that is enough. Cancelling the wait does not
    /// cancel the flight.
    pub(super) async fn landing(mut self, is_enough: impl Fn(&T) -> bool) -> Landing<T> {
        let progress = self.0.wait_for(|progress| match progress {
            Progress::Running => false,
            Progress::Early(result) => is_enough(result),
            Progress::Done(_) => true,
        });
        match progress.await.as_deref() {
            Ok(Progress::Early(result)) => Landing::Early(result.clone()),
            Ok(Progress::Done(Ok(result))) => Landing::Done(Ok(result.clone())),
            Ok(Progress::Done(Err(error))) => Landing::Done(Err(error.copied())),
            Ok(Progress::Running) | Err(_) => Landing::Interrupted,
        }
    }
}

impl<T> Clone for Ticket<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
