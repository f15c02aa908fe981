//! A runtime that can go away while its tasks run.

use std::cell::RefCell;
use std::future::Future;

use shuttle_tokio::task::{AbortHandle, JoinHandle};

pub use shuttle_tokio::runtime::TryCurrentError;

thread_local! {
    /// Shuttle runs all its threads on one real one.
    static TASKS: RefCell<Vec<AbortHandle>> = const { RefCell::new(Vec::new()) };
}

/// Where tasks are spawned.
#[derive(Clone, Debug)]
pub struct Handle(());

impl Handle {
    /// There is always one.
    ///
    /// # Errors
    /// Never.
    pub fn try_current() -> Result<Self, TryCurrentError> {
        Ok(Self(()))
    }

    /// Spawns a task.
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let task = shuttle_tokio::task::spawn(future);
        TASKS.with_borrow_mut(|tasks| tasks.push(task.abort_handle()));
        task
    }
}

/// A new run begins.
pub fn reset() {
    TASKS.with_borrow_mut(Vec::clear);
}

/// Ends what was spawned with a [`Handle`] so far, wherever it is.
pub fn goes_away() {
    for task in TASKS.with_borrow_mut(std::mem::take) {
        task.abort();
    }
}
