//! Connections of one client.

use std::fmt;
use std::sync::Arc;

use super::cached_token::{CachedToken, content};
use super::connection::Connection;
use super::events::EventKind;
use super::shared_state::SharedState;
use crate::client::client::Client;
use crate::error::Error;
use crate::provider::provider::Provider;
use crate::store::{RecordState, RecordSummary};
use crate::token::lineage::Lineage;
use crate::token::persisted::PersistedToken;
use crate::token::token::Token;

/// Connections of one client: a token per account, stored and refreshed.
///
/// Clones are cheap and share everything. Create one for each client, not one for each request: the cache and
/// the single refresh of a token belong to one `Connections`. Between processes the store coordinates
/// refreshes.
pub struct Connections<P: Provider>(pub(super) Arc<SharedState<P>>);

impl<P: Provider> Connections<P> {
    /// Returns the client.
    pub fn client(&self) -> Client<P> {
        self.0.client()
    }

    /// Stores a new connection. It replaces the account's previous connection, here and in other processes.
    ///
    /// # Errors
    /// [`ErrorKind::ForeignToken`](crate::ErrorKind::ForeignToken) if the token belongs to another client,
    /// [`ErrorKind::Closed`](crate::ErrorKind::Closed) after [`drain`](Self::drain), or an error of the
    /// store. After an error of the store it is unknown if the token is stored; repeating the call is safe.
    pub async fn insert(&self, account: &str, token: Token<P>) -> Result<Connection<P>, Error> {
        let _operation = self.0.begin_operation()?;
        self.store_token(account, token).await
    }

    pub(super) async fn store_token(
        &self,
        account: &str,
        mut token: Token<P>,
    ) -> Result<Connection<P>, Error> {
        let shared = &self.0;
        let with_provider = |error: Error| error.with_provider(P::NAME);
        let client = shared.client();
        token.check_belongs_to(&client.inner().issuer, client.app().client_id()).map_err(with_provider)?;
        let connection = self.get(account);
        // A record that cannot be read is replaced all the same.
        let record = shared.store.load(&connection.entry.key).await.ok().flatten();
        let stored = record.as_ref().and_then(|record| {
            let stored: PersistedToken = serde_json::from_slice(record.content.bytes()).ok()?;
            Some(stored.lineage())
        });
        let cached = connection.entry.cached();
        let earlier = cached.iter().map(|cached| cached.token.data.lineage).chain(stored);
        token.data.lineage = Lineage::begin(&token.data, shared.now().wall, earlier);
        // An earlier attempt may have stored this token without an answer, and it was refreshed since.
        let began_with_it = |lineage: &Lineage| lineage.began_with_same_token(token.data.lineage);
        if let (Some(record), Some(stored)) = (record, stored.filter(began_with_it))
            && record.state == RecordState::Active
        {
            let cached = cached.filter(|cached| {
                let lineage = cached.token.data.lineage;
                cached.is_active() && lineage.is_same_connection(stored) && lineage.is_refreshed()
            });
            if cached.is_some() || stored.is_refreshed() {
                if cached.is_none() {
                    let stored = CachedToken::read(&record, &client, &shared.settings, shared.now())?;
                    connection.entry.replace(stored);
                }
                shared.circuit_breaker.connection_ended(account);
                shared.emit(&connection.entry.key, Some(record.generation), EventKind::Connected);
                return Ok(connection);
            }
        }
        let content = content(&token, &shared.settings).map_err(with_provider)?;
        let generation = shared
            .store
            .insert(&connection.entry.key, content)
            .await
            .map_err(|error| with_provider(error.into()))?;
        let cached =
            CachedToken::new(token, generation, RecordState::Active, true, &shared.settings, shared.now())?;
        connection.entry.replace(cached);
        shared.circuit_breaker.connection_ended(account);
        shared.emit(&connection.entry.key, Some(generation), EventKind::Connected);
        Ok(connection)
    }

    /// Returns the connection of an account. Reads nothing: the first use fails if there is no such
    /// connection.
    pub fn get(&self, account: &str) -> Connection<P> {
        Connection { shared: Arc::clone(&self.0), entry: self.0.entry(account) }
    }

    /// Removes a connection from the store. Returns false if there was none. Does not revoke the token at the
    /// provider.
    ///
    /// # Errors
    /// [`ErrorKind::Closed`](crate::ErrorKind::Closed) after [`drain`](Self::drain), or an error of the
    /// store.
    pub async fn remove(&self, account: &str) -> Result<bool, Error> {
        let _operation = self.0.begin_operation()?;
        let entry = self.0.entry(account);
        let removed = self
            .0
            .store
            .remove(&entry.key)
            .await
            .map_err(|error| Error::from(error).with_provider(P::NAME))?;
        let generation = entry.remove();
        self.0.circuit_breaker.connection_ended(account);
        if removed {
            self.0.emit(&entry.key, generation, EventKind::Removed);
        }
        Ok(removed)
    }

    /// Lists up to `limit` stored connections, sorted by account, starting after the account `after`.
    ///
    /// # Errors
    /// An error of the store.
    pub async fn list(&self, after: Option<&str>, limit: usize) -> Result<Vec<RecordSummary>, Error> {
        self.0
            .store
            .list(P::NAME, after, limit)
            .await
            .map_err(|error| Error::from(error).with_provider(P::NAME))
    }

    /// Replaces the client, for example after rotating its secret. Id and site must match. Refreshing
    /// continues if it was stopped because the provider refused the client, one connection at a time until a
    /// refresh succeeds.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the client has another id or site.
    pub fn reconfigure(&self, client: Client<P>) -> Result<(), Error> {
        let current = self.0.client();
        if client.inner().issuer != current.inner().issuer
            || client.app().client_id() != current.app().client_id()
        {
            return Err(Error::invalid_input(
                "this client has another id or site than the client of these connections",
            )
            .with_provider(P::NAME));
        }
        self.0.set_client(client);
        self.0.circuit_breaker.reset();
        Ok(())
    }

    /// Fails if the provider has refused the client; refreshing is then stopped. See
    /// [`reconfigure`](Self::reconfigure).
    ///
    /// # Errors
    /// The error that refused the client.
    pub fn check_client(&self) -> Result<(), Error> {
        self.0.circuit_breaker.check_client()
    }

    /// Returns the accounts whose newest token is in memory only, because saving it has failed so far.
    pub fn unsaved(&self) -> Vec<String> {
        self.0.unsaved()
    }

    /// Shuts down gracefully: rejects new work with [`ErrorKind::Closed`](crate::ErrorKind::Closed), then
    /// waits without a time limit for refreshes in flight and for tokens that are not saved yet. If the
    /// application sets a time limit, [`unsaved`](Self::unsaved) returns the accounts that would be lost.
    pub async fn drain(&self) {
        self.0.drain().await;
    }
}

impl<P: Provider> Clone for Connections<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<P: Provider> fmt::Debug for Connections<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections")
            .field("provider", &P::NAME)
            .field("client", &self.0.client())
            .field("settings", &self.0.settings)
            .finish_non_exhaustive()
    }
}
