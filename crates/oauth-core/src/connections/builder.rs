//! Settings of [`Connections`].

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::settings::Settings;
use super::shared::Shared;
use super::{Connections, Event, Listener};
use crate::client::client::Client;
use crate::provider::provider::Provider;
use crate::store::TokenStore;

/// Settings of [`Connections`]. Each has a default that is safe.
///
/// ```
/// # use oauth_core::{Client, Provider, connections::Connections, store::MemoryStore};
/// use std::time::Duration;
///
/// # fn example<P: Provider>(client: Client<P>) -> Connections<P> {
/// Connections::builder(client, MemoryStore::new())
///     .margin(Duration::from_secs(120))
///     .on_event(|event| println!("{event}"))
///     .build()
/// # }
/// ```
#[must_use]
pub struct ConnectionsBuilder<P: Provider> {
    client: Client<P>,
    store: Arc<dyn TokenStore>,
    settings: Settings,
    lease: Option<Duration>,
    listener: Option<Listener>,
}

impl<P: Provider> ConnectionsBuilder<P> {
    pub(super) fn new(client: Client<P>, store: Arc<dyn TokenStore>) -> Self {
        let settings = Settings::beside(client.inner().limits.token_deadline);
        Self { client, store, settings, lease: None, listener: None }
    }

    /// How long before its expiry a token is refreshed. 300 s; never more than half of its lifetime.
    pub fn margin(mut self, margin: Duration) -> Self {
        self.settings.margin = margin;
        self
    }

    /// By how much, at most and at random, it is refreshed even earlier, so that connections that were made together
    /// are not refreshed together. 30 s.
    pub fn jitter(mut self, jitter: Duration) -> Self {
        self.settings.jitter = jitter;
        self
    }

    /// How long a lease lasts. By default as long as a token call and a save with a retry may take together; a shorter
    /// one loses no token, but a holder that is slow is then taken for dead. A call is sent only within the first quarter of
    /// a lease, which is lengthened for that, so a store has to answer faster than that.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = Some(lease);
        self
    }

    /// How long a refresh may wait for others before it sends anything. By default long enough to outlive a holder that
    /// died (120 s, with ordinary limits).
    pub fn refresh_deadline(mut self, deadline: Duration) -> Self {
        self.settings.refresh_deadline = deadline;
        self
    }

    /// How long the store may take for one answer. 10 s.
    pub fn store_deadline(mut self, deadline: Duration) -> Self {
        self.settings.store_deadline = deadline;
        self
    }

    /// The shortest and the longest time between attempts to save a refreshed token. 200 ms and 30 s.
    pub fn save_retry(mut self, shortest: Duration, longest: Duration) -> Self {
        self.settings.save_retry = (shortest, longest.max(shortest));
        self
    }

    /// How old what is in memory may be before the store is asked, off the hot path, whether it still holds. 60 s.
    pub fn revalidate(mut self, interval: Duration) -> Self {
        self.settings.revalidate = interval;
        self
    }

    /// How often an API call is tried again after a transient failure, where that is safe. Twice.
    pub fn api_retries(mut self, retries: usize) -> Self {
        self.settings.api_retries = retries;
        self
    }

    /// The longest that an API call waits before it is tried again. 30 s. A server that asks for more gets its error
    /// returned.
    pub fn max_retry_wait(mut self, max_retry_wait: Duration) -> Self {
        self.settings.max_retry_wait = max_retry_wait;
        self
    }

    /// How many connections that nobody has a handle of stay in memory, more or less. 10,000.
    pub fn cache_capacity(mut self, connections: usize) -> Self {
        self.settings.cache_capacity = connections;
        self
    }

    /// Told what happens to connections, while it happens: it must neither block nor panic.
    pub fn on_event(mut self, listener: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.listener = Some(Box::new(listener));
        self
    }

    /// Builds them. Nothing is read yet.
    pub fn build(mut self) -> Connections<P> {
        if let Some(lease) = self.lease {
            self.settings.lease = lease;
        }
        Connections(Arc::new(Shared::new(self.client, self.store, self.settings, self.listener)))
    }
}

impl<P: Provider> fmt::Debug for ConnectionsBuilder<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionsBuilder")
            .field("client", &self.client)
            .field("store", &self.store)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
