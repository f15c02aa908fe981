//! Circuit breaker for token calls: a client that the provider refuses must not spend every refresh token.

use std::sync::PoisonError;
use std::time::Duration;

use tokio::sync::MutexGuard;
use tokio::time::Instant;

use super::sync;
use crate::error::Error;

/// Time after a successful call during which further calls may run in parallel.
const TRUSTED_FOR: Duration = Duration::from_secs(60);

/// GoCD spends a refresh token before it checks the client secret. So token calls are made one at a time
/// until one succeeds, and none is made after a response that refuses the client.
#[derive(Debug, Default)]
pub(super) struct CircuitBreaker {
    state: sync::Mutex<BreakerState>,
    probe: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct BreakerState {
    refusal: Option<Error>,
    accepted_at: Option<Instant>,
}

/// Permission to make one token call. Exclusive until the client is known to be accepted.
pub(super) struct Permit<'a> {
    _probe: Option<MutexGuard<'a, ()>>,
}

impl CircuitBreaker {
    fn state(&self) -> sync::MutexGuard<'_, BreakerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the error that opened the breaker, if it is open.
    pub(super) fn check(&self) -> Result<(), Error> {
        match &self.state().refusal {
            None => Ok(()),
            Some(error) => Err(error.copied().with_help(
                "nothing is sent until the client is corrected: fix its id, secret or redirect URI, then reconfigure \
                 the connections; no customer is at fault",
            )),
        }
    }

    pub(super) async fn permit(&self) -> Result<Permit<'_>, Error> {
        self.check()?;
        if self.is_trusted() {
            return Ok(Permit { _probe: None });
        }
        let probe = self.probe.lock().await;
        // The previous call may have opened the breaker.
        self.check()?;
        Ok(Permit { _probe: (!self.is_trusted()).then_some(probe) })
    }

    fn is_trusted(&self) -> bool {
        self.state().accepted_at.is_some_and(|at| at.elapsed() < TRUSTED_FOR)
    }

    pub(super) fn record_accepted(&self) {
        self.state().accepted_at = Some(Instant::now());
    }

    pub(super) fn record_refused(&self, error: &Error) {
        *self.state() = BreakerState { refusal: Some(error.copied()), accepted_at: None };
    }

    /// Closes the breaker after the client was corrected.
    pub(super) fn reset(&self) {
        *self.state() = BreakerState::default();
    }
}
