//! Shared memory. With `cfg(shuttle)`, shuttle's scheduler observes every access.

#[cfg(shuttle)]
pub(super) use tokio::memory::{ArcSwap, ArcSwapOption, AtomicBool, AtomicU64, Guard, Mutex, MutexGuard};
#[cfg(not(shuttle))]
pub(super) use {
    arc_swap::{ArcSwap, ArcSwapOption, Guard},
    std::sync::atomic::{AtomicBool, AtomicU64},
    std::sync::{Mutex, MutexGuard},
};
