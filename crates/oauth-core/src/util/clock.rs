//! What time it is, injected.

use std::any::Any;
use std::fmt;

use chrono::{DateTime, Utc};

/// Tells the wall time. Tests bring their own instead of sleeping.
pub trait Clock: Any + fmt::Debug + Send + Sync {
    /// The time now.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// Unix milliseconds by the machine's clock, where that is the clock in use: on the way of every request, where the
/// calendar of [`Clock::now`] would cost as much as the rest.
#[cfg(feature = "connections")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnixMillis(());

#[cfg(feature = "connections")]
impl UnixMillis {
    /// `None` for a clock that was brought.
    pub(crate) fn of(clock: &dyn Clock) -> Option<Self> {
        (clock as &dyn Any).is::<SystemClock>().then_some(Self(()))
    }

    /// `None` if the machine takes this for a time before 1970.
    pub(crate) fn now(self) -> Option<i64> {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(since.as_secs().cast_signed() * 1_000 + i64::from(since.subsec_millis()))
    }
}
