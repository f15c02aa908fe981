//! What threads share. Where `shuttle` chooses what happens next, it must see each look at it.

#[cfg(shuttle)]
pub(super) use tokio::memory::{ArcSwap, ArcSwapOption, AtomicBool, AtomicU64, Guard, Mutex, MutexGuard};
#[cfg(not(shuttle))]
pub(super) use {
    arc_swap::{ArcSwap, ArcSwapOption, Guard},
    std::sync::atomic::{AtomicBool, AtomicU64},
    std::sync::{Mutex, MutexGuard},
};
