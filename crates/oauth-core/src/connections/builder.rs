//! Builder of [`Connections`].

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::events::{Event, Listener};
use super::registry::Connections;
use super::settings::Settings;
use super::shared_state::SharedState;
use crate::client::client::Client;
use crate::provider::provider::Provider;
use crate::store::TokenStore;

/// Settings of [`Connections`]. Every setting has a safe default. A value outside of the range in which a
/// setting works is moved to the nearest end of the range.
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

impl<P: Provider> Connections<P> {
    /// Creates connections with default settings.
    pub fn new(client: Client<P>, store: impl TokenStore) -> Self {
        Self::builder(client, store).build()
    }

    /// Returns a builder, to change the default settings.
    pub fn builder(client: Client<P>, store: impl TokenStore) -> ConnectionsBuilder<P> {
        Self::shared_builder(client, Arc::new(store))
    }

    /// Returns a builder with a shared store.
    pub fn shared_builder(client: Client<P>, store: Arc<dyn TokenStore>) -> ConnectionsBuilder<P> {
        ConnectionsBuilder::new(client, store)
    }
}

impl<P: Provider> ConnectionsBuilder<P> {
    fn new(client: Client<P>, store: Arc<dyn TokenStore>) -> Self {
        let settings = Settings::for_token_deadline(client.inner().limits.token_deadline);
        Self { client, store, settings, lease: None, listener: None }
    }

    /// Sets the time before its expiry at which a token is refreshed. 300 s by default, at most half of its
    /// lifetime.
    pub fn margin(mut self, margin: Duration) -> Self {
        self.settings.margin = margin;
        self
    }

    /// Sets the maximum of a random time that is added to the margin, so that connections that were made
    /// together are not refreshed together. 30 s by default.
    pub fn jitter(mut self, jitter: Duration) -> Self {
        self.settings.jitter = jitter;
        self
    }

    /// Sets the length of a lease. By default the maximum time of a token call and a save with one retry.
    ///
    /// A shorter lease loses no token, but another process may take over from a slow holder. A call is sent
    /// only within the first quarter of a lease (the lease is extended for that), so the store has to respond
    /// faster than that. 100 ms to a day.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = Some(lease);
        self
    }

    /// Sets the time after which a refresh that waits for other holders sends nothing anymore. By default
    /// long enough to outlast a holder that crashed (120 s with default limits). At least twice the
    /// time in which another process can save, at most an hour.
    pub fn refresh_deadline(mut self, deadline: Duration) -> Self {
        self.settings.refresh_deadline = deadline;
        self
    }

    /// Sets the time limit of one store operation. 10 s by default; 10 ms to an hour.
    pub fn store_deadline(mut self, deadline: Duration) -> Self {
        self.settings.store_deadline = deadline;
        self
    }

    /// Sets the shortest and the longest pause between attempts to save a refreshed token. 200 ms and 2 s by
    /// default; 10 ms to a minute.
    ///
    /// After an outage of the store, a process that holds a new token saves it before another process sends
    /// the old one again: that one waits for twice the store deadline and twice the longest pause. So use the
    /// same values in all processes.
    pub fn save_retry(mut self, shortest: Duration, longest: Duration) -> Self {
        self.settings.save_retry = (shortest, longest.max(shortest));
        self
    }

    /// Sets the maximum number of token calls in flight. 32 by default; 1 to 1,024. After a pause of a minute
    /// or after trouble the number starts at one, and each success doubles it.
    pub fn max_token_calls(mut self, calls: usize) -> Self {
        self.settings.max_token_calls = calls;
        self
    }

    /// Sets the time that passes until the refusal of a refresh token is believed. 10 minutes by default, at
    /// most a day.
    ///
    /// Meanwhile a valid access token stays in use, and callers without one get
    /// [`ErrorKind::RefusalUnconfirmed`](crate::ErrorKind::RefusalUnconfirmed). Then the token is sent once
    /// more (not if the provider [spends it before it checks](crate::Dialect::spends_before_checks)), and if
    /// it is refused again, the customer has to connect again. Refusals of
    /// [several accounts](Self::incident_accounts) within this time are an incident of the provider instead:
    /// then nothing is decided until the provider accepts a refresh token again.
    ///
    /// Zero: a refusal is believed at once. For a program in front of which the user sits.
    pub fn refusal_window(mut self, window: Duration) -> Self {
        self.settings.refusal_window = window;
        self
    }

    /// Sets the number of accounts that are refused within the [`refusal_window`](Self::refusal_window) in an
    /// incident. 2 by default, which is the minimum. There is no incident while the provider accepts at least
    /// as many tokens as it refuses. After a day, refusals are believed.
    pub fn incident_accounts(mut self, accounts: usize) -> Self {
        self.settings.incident_accounts = accounts;
        self
    }

    /// Sets the difference between the clocks of machines that is not worth a report. One hour by default. A
    /// sweep refreshes tokens that were received further in the future: some clock was ahead then.
    pub fn clock_tolerance(mut self, tolerance: Duration) -> Self {
        self.settings.clock_tolerance = tolerance;
        self
    }

    /// Sets the age at which a cached token is compared with the store, in the background. Also the minimum
    /// time between two refreshes forced by a refused token. 60 s by default.
    pub fn revalidate(mut self, interval: Duration) -> Self {
        self.settings.revalidate = interval;
        self
    }

    /// Sets how often an API call is retried after a transient failure, if that is safe. Twice by default.
    pub fn api_retries(mut self, retries: usize) -> Self {
        self.settings.api_retries = retries;
        self
    }

    /// Sets the longest pause before an API call is retried. 30 s by default. If the server asks for a longer
    /// pause, its error is returned.
    pub fn max_retry_wait(mut self, max_retry_wait: Duration) -> Self {
        self.settings.max_retry_wait = max_retry_wait;
        self
    }

    /// Sets the approximate number of connections that stay in memory without a handle. 10,000 by default.
    pub fn cache_capacity(mut self, connections: usize) -> Self {
        self.settings.cache_capacity = connections;
        self
    }

    /// Sets a listener for events. It is called in the middle of a refresh and must neither block nor panic.
    pub fn on_event(mut self, listener: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.listener = Some(Box::new(listener));
        self
    }

    /// Creates the connections. Reads nothing yet.
    pub fn build(mut self) -> Connections<P> {
        if let Some(lease) = self.lease {
            self.settings.lease = lease;
        }
        let settings = self.settings.clamped();
        Connections(Arc::new(SharedState::new(self.client, self.store, settings, self.listener)))
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
