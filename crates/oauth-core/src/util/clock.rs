//! Injected clock.

use std::fmt;

use chrono::{DateTime, Utc};

/// Wall clock. Asked at every call, so tests can replace it instead of sleeping.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// Returns the current time.
    fn now(&self) -> DateTime<Utc>;
}

/// Clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A clock that asks a function, such as a test's clock.
///
/// ```
/// use chrono::{DateTime, Utc};
/// use oauth_core::{Clock, ClockFn, chrono};
///
/// let clock = ClockFn::new(|| DateTime::<Utc>::UNIX_EPOCH);
/// assert_eq!(clock.now().timestamp(), 0);
/// ```
#[derive(Clone, Copy)]
pub struct ClockFn<F>(F);

impl<F: Fn() -> DateTime<Utc> + Send + Sync + 'static> ClockFn<F> {
    /// Creates a clock that calls `now`.
    pub fn new(now: F) -> Self {
        Self(now)
    }
}

impl<F: Fn() -> DateTime<Utc> + Send + Sync + 'static> Clock for ClockFn<F> {
    fn now(&self) -> DateTime<Utc> {
        (self.0)()
    }
}

impl<F> fmt::Debug for ClockFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClockFn")
    }
}
