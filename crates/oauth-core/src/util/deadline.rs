//! A deadline that does not throw away what is already there.

use std::pin::pin;
use std::time::Duration;

use tokio::time::timeout;

/// How long is looked once more when a deadline has passed.
const LAST_LOOK: Duration = Duration::from_millis(500);

/// The deadline passed.
#[derive(Debug)]
pub(crate) struct TooLate;

impl std::fmt::Display for TooLate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the deadline passed")
    }
}

impl std::error::Error for TooLate {}

/// What `work` brings within `limit`.
///
/// A process that was stopped for longer than that (a frozen container, a paused virtual machine, a starved one) finds the
/// deadline over and the answer waiting in its socket, and reading it takes a few turns of the runtime. So there is a last
/// look: that answer may hold the only live refresh token.
pub(crate) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Result<T, TooLate> {
    let mut work = pin!(work);
    match timeout(limit, &mut work).await {
        Ok(done) => Ok(done),
        Err(_) => timeout(LAST_LOOK, work).await.map_err(|_| TooLate),
    }
}
