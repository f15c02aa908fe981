//! The sandbox's clock: real time plus an offset.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::sync::lock;

/// The largest offset: longer than any lifetime, and far from the end of `chrono`'s calendar.
const MAX_OFFSET: TimeDelta = TimeDelta::days(365_000);

/// A provider's only source of time. Clones share one clock, and keep running after the provider has stopped.
///
/// A client under test has to use the same time: `ClockFn::new(sandbox.clock().into_fn())` of `oauth-core` is
/// its clock.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), oauth_sandbox::Error> {
/// let sandbox = oauth_sandbox::Go1::start().await?;
/// let now = sandbox.clock().into_fn();
/// sandbox.advance(std::time::Duration::from_secs(3600));
/// assert!(now() > chrono::Utc::now() + chrono::TimeDelta::minutes(59));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct SandboxClock {
    offset: Arc<Mutex<TimeDelta>>,
}

impl SandboxClock {
    /// The computer's time plus the offset.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let (now, offset) = (Utc::now(), *lock(&self.offset));
        if offset.is_zero() { now } else { now + offset }
    }

    /// Returns a function that tells this clock's time.
    pub fn into_fn(self) -> impl Fn() -> DateTime<Utc> + Clone + Send + Sync + 'static {
        move || self.now()
    }

    /// Increases the offset by `by`, up to about a thousand years in all.
    pub fn advance(&self, by: Duration) {
        let by = TimeDelta::from_std(by).unwrap_or(MAX_OFFSET);
        let mut offset = lock(&self.offset);
        *offset = offset.checked_add(&by).unwrap_or(MAX_OFFSET).min(MAX_OFFSET);
    }

    pub(crate) fn reset(&self) {
        *lock(&self.offset) = TimeDelta::zero();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_advances_up_to_limit_and_resets() {
        let clock = SandboxClock::default();
        let same = clock.clone();
        let before = clock.now();
        same.advance(Duration::from_secs(3600));
        assert!(clock.now() - before >= TimeDelta::hours(1));
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert!(clock.now() - before >= MAX_OFFSET);
        clock.reset();
        assert!(same.now() - before < TimeDelta::hours(1));
    }
}
