//! API calls through a connection, and what their answers mean for it.

use std::sync::Arc;

use tokio::time::Instant;

use super::connection::Connection;
use super::flight::Goal;
use super::live::Live;
use crate::api::endpoint::Endpoint;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;

impl<P: Provider> Connection<P> {
    /// Sends one API call, with a token that is refreshed first if it has expired.
    ///
    /// If the API refuses the token, it is refreshed once — unless somebody has done so already — and a replayable
    /// call is sent once more. Transient failures are retried with back-off where that is safe: a replayable call, or
    /// one that never left.
    ///
    /// # Errors
    /// As [`headers`](Self::headers), and whatever [`Client::send`](crate::Client::send) may fail with.
    /// [`ErrorKind::TokenRefused`] remains where the call may not be replayed, or where a new token is refused as well.
    pub async fn send<E: Endpoint<P>>(&self, endpoint: &E) -> Result<E::Response, Error> {
        let mut retries = self.shared.settings.api();
        let mut replayed = false;
        let mut expired = false;
        loop {
            let live = self.live().await?;
            let client = self.shared.client();
            let error = match client.send(&live.token, endpoint).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            match error.kind() {
                ErrorKind::TokenRefused if !replayed => {
                    replayed = true;
                    let error = self.after_refusal(&live, error).await?;
                    if !E::IDEMPOTENT {
                        return Err(error.with_help("the token is a new one now: send the request again"));
                    }
                }
                // It expired between the look at it and its use.
                ErrorKind::Expired if !expired => expired = true,
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

    /// Sees to a newer token than the one that was refused. Gives the error back once there is one.
    async fn after_refusal(&self, refused: &Live<P>, error: Error) -> Result<Error, Error> {
        let newest = self.cell.live();
        if newest.is_some_and(|live| live.generation > refused.generation) {
            return Ok(error);
        }
        if refused.is_renewable() {
            // An API that refuses every token must not have one spent for each call.
            let mut slot = self.cell.slot();
            let lately = slot.forced.is_some_and(|at| at.elapsed() < self.shared.settings.revalidate);
            if lately && slot.flight.is_none() {
                return Err(error.with_help(
                    "the token was refreshed a moment ago because one was refused, and this one is refused as well",
                ));
            }
            slot.forced = Some(Instant::now());
        }
        let newer: Result<Arc<Live<P>>, Error> =
            self.shared.wait(&self.cell, Goal::Refused(refused.generation)).await;
        match newer {
            Ok(_) => Ok(error),
            Err(unrefreshed) => Err(unrefreshed),
        }
    }
}
