//! Helpers for unit tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use oauth_core::store::{MemoryStore, StoreError, StoreErrorKind};
use oauth_testing::{HookedStore, StoreCall, StoreHook};

/// An HTTP client for plain http on loopback.
pub(crate) fn http() -> reqwest::Client {
    // reqwest requires a provider even for plain http. Another test may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// Failures of a store.
#[derive(Debug)]
pub(crate) struct Failures {
    /// Number of `list` calls that succeed before all fail.
    pub(crate) lists_left: AtomicUsize,
    /// Number of `insert` calls that fail.
    pub(crate) inserts_to_fail: AtomicUsize,
}

impl StoreHook for Failures {
    fn before(&self, call: StoreCall) -> Result<(), StoreError> {
        let fails = match call {
            StoreCall::List => !take_one(&self.lists_left),
            StoreCall::Insert => take_one(&self.inserts_to_fail),
            _ => false,
        };
        if fails { Err(StoreError::new(StoreErrorKind::Unavailable, "gone")) } else { Ok(()) }
    }
}

/// A store that fails on demand.
pub(crate) fn flaky_store() -> HookedStore<Failures> {
    let failures =
        Failures { lists_left: AtomicUsize::new(usize::MAX), inserts_to_fail: AtomicUsize::new(0) };
    HookedStore::new(Arc::new(MemoryStore::new()), failures)
}

/// Decrements the counter. Returns false at zero.
fn take_one(from: &AtomicUsize) -> bool {
    from.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}
