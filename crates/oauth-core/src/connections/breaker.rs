//! Keeps a client that the provider refuses from spending everybody's refresh token.

use std::sync::PoisonError;
use std::time::Duration;

use tokio::sync::MutexGuard;
use tokio::time::Instant;

use super::sync;
use crate::error::Error;

/// How long a success counts as proof that the client is not refused.
const PROOF: Duration = Duration::from_secs(60);

/// GoCD destroys a refresh token before it looks at the client's secret. So while nothing proves that the client is
/// accepted, token calls are made one at a time, and after an answer that blames the client none is made at all.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    seen: sync::Mutex<Seen>,
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Seen {
    refused: Option<Error>,
    accepted: Option<Instant>,
}

/// Leave to make one token call; while nothing is proven, the only one.
pub(super) struct Pass<'a> {
    _turn: Option<MutexGuard<'a, ()>>,
}

impl Breaker {
    fn seen(&self) -> sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The error of an open breaker.
    pub(super) fn check(&self) -> Result<(), Error> {
        match &self.seen().refused {
            None => Ok(()),
            Some(error) => Err(error.copied().with_help(
                "nothing is sent until the client is set right: correct id, secret or redirect URI, then reconfigure \
                 the connections; no customer is at fault",
            )),
        }
    }

    /// Leave to make one token call.
    pub(super) async fn enter(&self) -> Result<Pass<'_>, Error> {
        self.check()?;
        if self.is_proven() {
            return Ok(Pass { _turn: None });
        }
        let turn = self.turn.lock().await;
        // Whoever had the turn before may have found out.
        self.check()?;
        Ok(Pass { _turn: (!self.is_proven()).then_some(turn) })
    }

    fn is_proven(&self) -> bool {
        self.seen().accepted.is_some_and(|at| at.elapsed() < PROOF)
    }

    /// The client was accepted.
    pub(super) fn accepted(&self) {
        self.seen().accepted = Some(Instant::now());
    }

    /// The client was refused.
    pub(super) fn refused(&self, error: &Error) {
        *self.seen() = Seen { refused: Some(error.copied()), accepted: None };
    }

    /// The client was set right; to be proven.
    pub(super) fn reset(&self) {
        *self.seen() = Seen::default();
    }
}
