//! A runtime that can end while its tasks run.

use std::cell::RefCell;
use std::future::Future;

use shuttle_tokio::task::{AbortHandle, JoinHandle};

pub use shuttle_tokio::runtime::TryCurrentError;

thread_local! {
    /// Thread-local is enough, because shuttle runs all its threads on one.
    static TASKS: RefCell<Vec<AbortHandle>> = const { RefCell::new(Vec::new()) };
}

/// A handle to spawn tasks.
#[derive(Clone, Debug)]
pub struct Handle(());

impl Handle {
    /// Returns the handle; there always is one.
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

/// Resets the runtime for a new run.
pub fn reset() {
    TASKS.with_borrow_mut(Vec::clear);
}

/// Ends all tasks spawned with a [`Handle`].
pub fn end() {
    for task in TASKS.with_borrow_mut(std::mem::take) {
        task.abort();
    }
}
