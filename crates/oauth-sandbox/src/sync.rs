//! Locking that ignores poisoning: a panic in one request must not stop the whole sandbox.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks `mutex`. Poisoning can be ignored because every critical section leaves its data consistent.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
