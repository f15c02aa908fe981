//! Progress of a flight, as the callers that wait for it see it.

use std::sync::Arc;

use tokio::sync::watch;

use super::cached_token::CachedToken;
use crate::error::Error;
use crate::provider::provider::Provider;

/// Result of a flight.
pub(super) type RefreshResult<P> = Result<Arc<CachedToken<P>>, Error>;
/// Receives the progress of a flight.
pub(super) type Waiter<P> = watch::Receiver<Progress<P>>;

pub(super) enum Progress<P: Provider> {
    Running,
    /// Callers can use this token; the flight continues.
    Early(Arc<CachedToken<P>>),
    Done(RefreshResult<P>),
}

/// Publishes a token before the flight ends.
pub(super) struct EarlyPublisher<'a, P: Provider>(&'a watch::Sender<Progress<P>>);

impl<'a, P: Provider> EarlyPublisher<'a, P> {
    pub(super) fn new(progress: &'a watch::Sender<Progress<P>>) -> Self {
        Self(progress)
    }

    pub(super) fn publish_early(&self, cached: &Arc<CachedToken<P>>) {
        self.0.send_replace(Progress::Early(Arc::clone(cached)));
    }
}
