//! A deadline that does not discard a response that has already arrived.

use std::pin::pin;
use std::time::Duration;

use tokio::time::timeout;

/// Extra time to poll once a deadline has passed.
const GRACE: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(crate) struct TooLate;

impl std::fmt::Display for TooLate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the deadline passed")
    }
}

impl std::error::Error for TooLate {}

/// Awaits `work` for at most `limit`, plus half a second.
///
/// A suspended process may wake up past its deadline with the response waiting in its socket. Reading it
/// takes a few polls, and it may hold the only live refresh token.
pub(crate) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Result<T, TooLate> {
    let mut work = pin!(work);
    match timeout(limit, &mut work).await {
        Ok(done) => Ok(done),
        Err(_) => timeout(GRACE, work).await.map_err(|_| TooLate),
    }
}
