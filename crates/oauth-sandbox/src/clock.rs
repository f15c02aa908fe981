//! The sandbox's own time: real time plus what a test has added.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::sync::lock;

/// How far ahead the clock can be set in all: enough for any lifetime, and far from the end of `chrono`'s calendar.
const FARTHEST: TimeDelta = TimeDelta::days(365_000);

/// A provider's clock, which is the only thing in it that knows the time. Clones are the same clock, and go on when the provider has
/// ended.
///
/// A client under test has to have the same time. Its own trait for clocks takes one line:
///
/// ```
/// # use chrono::{DateTime, Utc};
/// # trait Clock: std::fmt::Debug + Send + Sync + 'static { fn now(&self) -> DateTime<Utc>; }
/// #[derive(Debug)]
/// struct Time(oauth_sandbox::SandboxClock);
///
/// impl Clock for Time {
///     fn now(&self) -> DateTime<Utc> { self.0.now() }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), oauth_sandbox::Error> {
/// let sandbox = oauth_sandbox::Go1::start().await?;
/// let time = Time(sandbox.clock());
/// sandbox.clock().advance(std::time::Duration::from_secs(3600));
/// assert!(time.now() > Utc::now() + chrono::TimeDelta::minutes(59));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct SandboxClock {
    ahead: Arc<Mutex<TimeDelta>>,
}

impl SandboxClock {
    /// The time: the computer's, and what was added to it.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let (now, ahead) = (Utc::now(), *lock(&self.ahead));
        if ahead.is_zero() { now } else { now + ahead }
    }

    /// Sets it forward by so much, up to about a thousand years in all.
    pub fn advance(&self, by: Duration) {
        let by = TimeDelta::from_std(by).unwrap_or(FARTHEST);
        let mut ahead = lock(&self.ahead);
        *ahead = ahead.checked_add(&by).unwrap_or(FARTHEST).min(FARTHEST);
    }

    pub(crate) fn reset(&self) {
        *lock(&self.ahead) = TimeDelta::zero();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advances_without_end_and_comes_back() {
        let clock = SandboxClock::default();
        let same = clock.clone();
        let before = clock.now();
        same.advance(Duration::from_secs(3600));
        assert!(clock.now() - before >= TimeDelta::hours(1));
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert!(clock.now() - before >= FARTHEST);
        clock.reset();
        assert!(same.now() - before < TimeDelta::hours(1));
    }
}
