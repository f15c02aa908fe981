//! Time that moves when somebody has waited: to the end of that wait, and after everybody else had a chance to run.
//!
//! Deadlines that are longer than [`SHORT`] never come, or each step of each run could be too late.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::ops::{Add, Sub};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

/// The longest wait that ends.
pub const SHORT: Duration = Duration::from_secs(5);

thread_local! {
    /// Shuttle runs all its threads on one real one.
    static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// A new run begins.
pub fn reset() {
    NOW.set(Duration::ZERO);
}

/// A point in time, counted from the beginning of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(Duration);

impl Instant {
    /// Now.
    pub fn now() -> Self {
        Self(NOW.get())
    }

    /// When the run began.
    pub fn beginning() -> Self {
        Self(Duration::ZERO)
    }

    /// How long ago this was.
    pub fn elapsed(self) -> Duration {
        Self::now() - self
    }

    /// How long ago the other one was.
    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// So much later.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        self.0.checked_add(duration).map(Self)
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0 + duration)
    }
}

impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.saturating_duration_since(earlier)
    }
}

/// Waits.
pub async fn sleep(duration: Duration) {
    let end = Instant::now() + duration;
    shuttle_tokio::task::yield_now().await;
    NOW.set(NOW.get().max(end.0));
}

/// The time was over.
#[derive(Debug)]
pub struct Elapsed(());

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("deadline has elapsed")
    }
}

impl std::error::Error for Elapsed {}

/// Waits for a future, but no longer than this.
///
/// # Errors
/// If it took longer.
pub async fn timeout<F: Future>(duration: Duration, future: F) -> Result<F::Output, Elapsed> {
    if duration > SHORT {
        return Ok(future.await);
    }
    let mut future = pin!(future);
    let mut end = pin!(sleep(duration));
    std::future::poll_fn(|context: &mut Context<'_>| {
        if let Poll::Ready(output) = Pin::as_mut(&mut future).poll(context) {
            return Poll::Ready(Ok(output));
        }
        Pin::as_mut(&mut end).poll(context).map(|()| Err(Elapsed(())))
    })
    .await
}

/// Waits for a future, but not past this.
///
/// # Errors
/// If it took longer.
pub async fn timeout_at<F: Future>(deadline: Instant, future: F) -> Result<F::Output, Elapsed> {
    timeout(deadline - Instant::now(), future).await
}
