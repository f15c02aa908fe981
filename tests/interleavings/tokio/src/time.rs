//! Simulated time. A wait yields to the other tasks once and then moves the time to its end.
//!
//! Deadlines longer than [`SHORT`] never come, because otherwise any step of any run could be too late.

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
    /// Thread-local is enough, because shuttle runs all its threads on one.
    static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// Resets the time for a new run.
pub fn reset() {
    NOW.set(Duration::ZERO);
}

/// A point in time, relative to the start of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(Duration);

impl Instant {
    /// The current time.
    pub fn now() -> Self {
        Self(NOW.get())
    }

    /// The start of the run.
    pub fn beginning() -> Self {
        Self(Duration::ZERO)
    }

    /// Time since this instant.
    pub fn elapsed(self) -> Duration {
        Self::now() - self
    }

    /// Time since an earlier instant.
    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// The instant after a duration.
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

/// Waits for a duration.
pub async fn sleep(duration: Duration) {
    let end = Instant::now() + duration;
    shuttle_tokio::task::yield_now().await;
    NOW.set(NOW.get().max(end.0));
}

/// The deadline of a timeout has passed.
#[derive(Debug)]
pub struct Elapsed(());

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("deadline has elapsed")
    }
}

impl std::error::Error for Elapsed {}

/// Waits for a future, at most for a duration.
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

/// Waits for a future until a deadline at most.
///
/// # Errors
/// If it took longer.
pub async fn timeout_at<F: Future>(deadline: Instant, future: F) -> Result<F::Output, Elapsed> {
    timeout(deadline - Instant::now(), future).await
}
