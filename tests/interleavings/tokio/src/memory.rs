//! Shared memory: another thread may run before each access.

use std::fmt;
use std::sync::Arc;

pub use arc_swap::Guard;
pub use shuttle::sync::atomic::{AtomicBool, AtomicU64};
pub use shuttle::sync::{Mutex, MutexGuard};

/// Accessed only to let another thread run.
#[derive(Default)]
struct Point(AtomicBool);

impl Point {
    fn pass(&self) {
        self.0.load(std::sync::atomic::Ordering::SeqCst);
    }
}

/// The type of this name in `arc_swap`.
pub struct ArcSwap<T> {
    inner: arc_swap::ArcSwap<T>,
    point: Point,
}

impl<T> ArcSwap<T> {
    /// Creates it with this value.
    pub fn from_pointee(value: T) -> Self {
        Self { inner: arc_swap::ArcSwap::from_pointee(value), point: Point::default() }
    }

    /// The value.
    pub fn load(&self) -> Guard<Arc<T>> {
        self.point.pass();
        self.inner.load()
    }

    /// Replaces the value.
    pub fn store(&self, value: Arc<T>) {
        self.point.pass();
        self.inner.store(value);
    }
}

/// The type of this name in `arc_swap`.
pub struct ArcSwapOption<T> {
    inner: arc_swap::ArcSwapOption<T>,
    point: Point,
}

impl<T> ArcSwapOption<T> {
    /// Creates it empty.
    pub fn empty() -> Self {
        Self { inner: arc_swap::ArcSwapOption::empty(), point: Point::default() }
    }

    /// The value.
    pub fn load(&self) -> Guard<Option<Arc<T>>> {
        self.point.pass();
        self.inner.load()
    }

    /// The value as its own `Arc`.
    pub fn load_full(&self) -> Option<Arc<T>> {
        self.point.pass();
        self.inner.load_full()
    }

    /// Replaces the value.
    pub fn store(&self, value: Option<Arc<T>>) {
        self.point.pass();
        self.inner.store(value);
    }

    /// Replaces the value and returns the old one.
    pub fn swap(&self, value: Option<Arc<T>>) -> Option<Arc<T>> {
        self.point.pass();
        self.inner.swap(value)
    }
}

impl<T> fmt::Debug for ArcSwap<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArcSwap").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for ArcSwapOption<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArcSwapOption").finish_non_exhaustive()
    }
}
