//! API calls through a connection.

use tokio::time::Instant;

use super::cached_token::CachedToken;
use super::connection::Connection;
use super::need::Need;
use crate::api::endpoint::Endpoint;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;

impl<P: Provider> Connection<P> {
    /// Sends one API call. Refreshes the token first if it has expired.
    ///
    /// If the API refuses the token, it is refreshed once, unless another call or process has done so
    /// already, and an idempotent call is sent once more. Transient failures are retried with backoff if the
    /// call is idempotent or was never sent.
    ///
    /// # Errors
    /// The errors of [`headers`](Self::headers) and of [`Client::send`](crate::Client::send).
    /// [`ErrorKind::TokenRefused`] if the call is not idempotent, or if the new token is refused as well.
    pub async fn send<E: Endpoint<P>>(&self, endpoint: &E) -> Result<E::Response, Error> {
        let mut retries = self.shared.settings.api();
        let mut is_repeated = false;
        let mut has_expired = false;
        loop {
            let cached = self.usable().await?;
            let client = self.shared.client();
            let error = match client.send(&cached.token, endpoint).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            match error.kind() {
                ErrorKind::TokenRefused if !is_repeated => {
                    is_repeated = true;
                    let error = self.replace_refused(&cached, error).await?;
                    if !E::IDEMPOTENT {
                        return Err(error.with_help("the token is a new one now: send the request again"));
                    }
                }
                // It expired between the check and its use.
                ErrorKind::Expired if !has_expired => has_expired = true,
                kind if error.is_transient() && (E::IDEMPOTENT || kind == ErrorKind::NotSent) => {
                    let Some(pause) = retries.next() else { return Err(error) };
                    let pause = pause.max(error.retry_after().unwrap_or_default());
                    if pause > self.shared.settings.max_retry_wait {
                        return Err(error);
                    }
                    self.shared.pause(pause).await?;
                }
                _ => return Err(error),
            }
        }
    }

    /// Waits for a newer token than the refused one. Returns the original error once there is one.
    async fn replace_refused(&self, refused: &CachedToken<P>, error: Error) -> Result<Error, Error> {
        let newest = self.entry.cached();
        if newest.is_some_and(|cached| cached.generation > refused.generation) {
            return Ok(error);
        }
        if refused.is_refreshable() {
            // If the API refuses every token, only one refresh per interval is made.
            let mut state = self.entry.state();
            let is_recent = state.forced_at.is_some_and(|at| at.elapsed() < self.shared.settings.revalidate);
            if is_recent && state.flight.is_none() {
                return Err(error.with_help(
                    "the token was refreshed a moment ago because one was refused, and this one is refused as well",
                ));
            }
            state.forced_at = Some(Instant::now());
        }
        self.wait_for(Need::ReplaceRejected(refused.generation)).await?;
        Ok(error)
    }
}
