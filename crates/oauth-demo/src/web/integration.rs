//! The page's view of a provider, independent of its type.

use std::time::Duration;

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::connections::DynConnections;
use oauth_core::{Error, async_trait};
use oauth_sandbox::{Fault, Journal};

use super::counters::ConnectionStats;

/// The client secret that the application uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secret {
    /// The provider's client secret.
    Correct,
    /// Another secret, as after a rotation that was not applied everywhere.
    Wrong,
}

/// A provider, its sandbox, and the application's connections to it.
#[async_trait]
pub(super) trait Integration: Send + Sync + 'static {
    /// The provider's name.
    fn name(&self) -> &'static str;
    fn title(&self) -> &'static str;
    fn about(&self) -> &'static str;
    /// The application's account name for its only customer.
    fn account(&self) -> &'static str;
    /// Returns `true` if the provider issues refresh tokens.
    fn supports_refresh(&self) -> bool;
    fn connections(&self) -> &dyn DynConnections;
    fn stats(&self) -> ConnectionStats;

    /// The time of the sandbox's clock.
    fn now(&self) -> DateTime<Utc>;
    /// The sandbox's journal.
    fn journal(&self) -> Journal;
    fn advance(&self, by: Duration);
    fn next_token_call(&self, fault: Fault);
    fn next_api_call(&self, fault: Fault);

    /// Switches to this client secret, which also closes the circuit breaker.
    fn use_secret(&self, secret: Secret) -> Result<(), Error>;
    /// Gets the user that the application acts for from the API.
    async fn update_acts_for(&self);
    /// Calls the API.
    async fn call_api(&self) -> Result<(), Error>;
    /// Gets headers for concurrent callers. Returns how long they waited, or an error if the headers differ.
    async fn concurrent_headers(&self, callers: usize) -> Result<Duration, Error>;
    /// Restores the initial state.
    async fn reset(&self);
}
