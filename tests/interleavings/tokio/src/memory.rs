//! What threads share: before each look at it another thread may run.

use std::fmt;
use std::sync::Arc;

pub use arc_swap::Guard;
pub use shuttle::sync::atomic::{AtomicBool, AtomicU64};
pub use shuttle::sync::{Mutex, MutexGuard};

/// Looked at for no other reason than that another thread may run then.
#[derive(Default)]
struct Point(AtomicBool);

impl Point {
    fn pass(&self) {
        self.0.load(std::sync::atomic::Ordering::SeqCst);
    }
}

/// As in `arc_swap`.
pub struct ArcSwap<T> {
    inner: arc_swap::ArcSwap<T>,
    point: Point,
}

impl<T> ArcSwap<T> {
    /// With this value.
    pub fn from_pointee(value: T) -> Self {
        Self { inner: arc_swap::ArcSwap::from_pointee(value), point: Point::default() }
    }

    /// The value.
    pub fn load(&self) -> Guard<Arc<T>> {
        self.point.pass();
        self.inner.load()
    }

    /// Replaces it.
    pub fn store(&self, value: Arc<T>) {
        self.point.pass();
        self.inner.store(value);
    }
}

/// As in `arc_swap`.
pub struct ArcSwapOption<T> {
    inner: arc_swap::ArcSwapOption<T>,
    point: Point,
}

impl<T> ArcSwapOption<T> {
    /// With nothing in it.
    pub fn empty() -> Self {
        Self { inner: arc_swap::ArcSwapOption::empty(), point: Point::default() }
    }

    /// The value.
    pub fn load(&self) -> Guard<Option<Arc<T>>> {
        self.point.pass();
        self.inner.load()
    }

    /// The value, to keep.
    pub fn load_full(&self) -> Option<Arc<T>> {
        self.point.pass();
        self.inner.load_full()
    }

    /// Replaces it.
    pub fn store(&self, value: Option<Arc<T>>) {
        self.point.pass();
        self.inner.store(value);
    }

    /// Replaces it, and returns what there was.
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
