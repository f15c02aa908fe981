//! One provider as the page sees it, whichever it is.

use std::time::Duration;

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::connections::DynConnections;
use oauth_core::{Error, async_trait};
use oauth_sandbox::{Fault, Journal};

use super::tally::Counts;
use crate::cli;

/// Which client secret the application goes on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secret {
    /// The one that the provider gave it.
    Right,
    /// Another one, as after a rotation that somebody forgot to tell about.
    Wrong,
}

/// A provider, how the sandbox plays it, and the application's connections there.
#[async_trait]
pub(super) trait Integration: Send + Sync + 'static {
    fn provider(&self) -> cli::Provider;
    fn title(&self) -> &'static str;
    fn about(&self) -> &'static str;
    /// What the application calls its one customer there.
    fn account(&self) -> &'static str;
    /// Whether the provider gives refresh tokens.
    fn refreshes(&self) -> bool;
    fn connections(&self) -> &dyn DynConnections;
    fn counts(&self) -> Counts;

    /// The sandbox's time.
    fn now(&self) -> DateTime<Utc>;
    /// What the sandbox saw.
    fn journal(&self) -> Journal;
    fn advance(&self, by: Duration);
    fn next_token_call(&self, fault: Fault);
    fn next_api_call(&self, fault: Fault);

    /// Goes on with this secret, which also closes an open breaker.
    fn use_secret(&self, secret: Secret) -> Result<(), Error>;
    /// Asks the API whom the application acts for.
    async fn greet(&self);
    /// Asks the API something.
    async fn call(&self) -> Result<(), Error>;
    /// So many callers want to send a request at the same moment. How long they waited for their headers, if all got the same.
    async fn crowd(&self, callers: usize) -> Result<Duration, Error>;
    /// Back to how it was at the start.
    async fn reset(&self);
}
