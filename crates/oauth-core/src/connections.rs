//! Connections that stay alive: tokens that are refreshed in time, once, and never lost.
//!
//! ```
//! # use oauth_core::{Client, Error, Provider, RawRequest, Token, connections::Connections, http, store::MemoryStore};
//! # async fn example<P: Provider>(client: Client<P>, token: Token<P>) -> Result<(), Error> {
//! let connections = Connections::new(client, MemoryStore::new());
//! connections.insert("acme", token).await?;
//!
//! let acme = connections.get("acme");
//! let request = http::Request::get("https://api.example.com/me").body(Vec::new()).unwrap();
//! let me = acme.send(&RawRequest::new(request)).await?; // refreshed first if that is due, once however many ask
//! let headers = acme.headers().await?; // for a team's own HTTP client
//! connections.drain().await; // refreshes and saves that are under way are finished
//! # Ok(())
//! # }
//! ```
//!
//! A refresh goes by these steps: a lease, so that one process does it; a second look at the store, as another may have
//! done it; a note that it is begun; the call; the save; and only then is the new token used. A holder that loses its
//! lease can still save. A call whose answer was lost is tried once more by the next holder; if that is refused, the
//! connection needs reconnecting and says that the outcome is unknown. Nothing is ever deleted by a failure.

mod any;
mod breaker;
mod builder;
mod cell;
mod connecting;
mod connection;
mod event;
mod flight;
mod keeper;
mod live;
#[cfg(not(shuttle))]
mod mutation;
#[cfg(shuttle)]
pub mod mutation;
mod name;
mod renewing;
mod saving;
mod sending;
mod settings;
mod settled;
mod shared;
mod status;
mod stored;
mod sync;

use std::fmt;
use std::sync::Arc;

pub use any::DynConnections;
pub use builder::ConnectionsBuilder;
pub use connection::Connection;
use event::Listener;
pub use event::{Event, EventKind};
pub use keeper::{Sweep, SweepReport};
use live::{Live, content};
use shared::Shared;
pub use status::{ConnectionState, Status};

use crate::client::client::Client;
use crate::error::Error;
use crate::provider::provider::Provider;
use crate::store::{RecordState, RecordSummary, TokenStore};
use crate::token::token::Token;

/// The connections of one client: a token per account, kept in a store and kept alive.
///
/// Cheap to clone; clones share everything. Make one for each client, not one for each request: what is in memory, and
/// that a token is refreshed once, is a matter of one of these. Between processes the store sees to it.
pub struct Connections<P: Provider>(Arc<Shared<P>>);

impl<P: Provider> Connections<P> {
    /// Connections with ordinary settings.
    pub fn new(client: Client<P>, store: impl TokenStore) -> Self {
        Self::builder(client, store).build()
    }

    /// Connections with settings of one's own.
    pub fn builder(client: Client<P>, store: impl TokenStore) -> ConnectionsBuilder<P> {
        ConnectionsBuilder::new(client, Arc::new(store))
    }

    /// The same, with a store that is shared.
    pub fn shared_builder(client: Client<P>, store: Arc<dyn TokenStore>) -> ConnectionsBuilder<P> {
        ConnectionsBuilder::new(client, store)
    }

    /// The client.
    pub fn client(&self) -> Client<P> {
        self.0.client()
    }

    /// Takes in a fresh connection. It replaces whatever there was of this account, here and elsewhere.
    ///
    /// # Errors
    /// [`ErrorKind::ForeignToken`](crate::ErrorKind::ForeignToken) if the token is another client's,
    /// [`ErrorKind::Closed`](crate::ErrorKind::Closed) after [`drain`](Self::drain), and whatever the store may fail
    /// with: it is then not known whether the token is kept, and doing it again is safe.
    pub async fn insert(&self, account: &str, token: Token<P>) -> Result<Connection<P>, Error> {
        let _under_way = self.0.begin()?;
        self.take_in(account, token).await
    }

    async fn take_in(&self, account: &str, token: Token<P>) -> Result<Connection<P>, Error> {
        let shared = &self.0;
        let named = |error: Error| error.with_provider(P::NAME);
        let client = shared.client();
        token.check_belongs_to(&client.inner().issuer, client.app().client_id()).map_err(named)?;
        let connection = self.get(account);
        let content = content(&token, &shared.settings).map_err(named)?;
        let generation =
            shared.store.insert(&connection.cell.key, content).await.map_err(|error| named(error.into()))?;
        let live = Live::new(token, generation, RecordState::Active, true, &shared.settings, shared.now())?;
        connection.cell.replace(live);
        shared.tell(&connection.cell.key, Some(generation), EventKind::Connected);
        Ok(connection)
    }

    /// The connection of an account. Nothing is read yet: whether there is one shows at its first use.
    pub fn get(&self, account: &str) -> Connection<P> {
        Connection { shared: Arc::clone(&self.0), cell: self.0.cell(account) }
    }

    /// Removes a connection from the store. False if there was none. The provider is told nothing.
    ///
    /// # Errors
    /// Whatever the store may fail with.
    pub async fn remove(&self, account: &str) -> Result<bool, Error> {
        let _under_way = self.0.begin()?;
        let cell = self.0.cell(account);
        let removed = self
            .0
            .store
            .remove(&cell.key)
            .await
            .map_err(|error| Error::from(error).with_provider(P::NAME))?;
        let known = cell.remove();
        if removed {
            self.0.tell(&cell.key, known, EventKind::Removed);
        }
        Ok(removed)
    }

    /// A page of what is stored, by account, after `after`.
    ///
    /// # Errors
    /// Whatever the store may fail with.
    pub async fn list(&self, after: Option<&str>, limit: usize) -> Result<Vec<RecordSummary>, Error> {
        self.0
            .store
            .list(P::NAME, after, limit)
            .await
            .map_err(|error| Error::from(error).with_provider(P::NAME))
    }

    /// Goes on with this client, of the same id and site: with a corrected secret, say. Refreshing, if it was stopped
    /// because the provider blamed the client, goes on as well, one at a time until one succeeds.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if it is a client of another id or site, to which
    /// these connections do not belong.
    pub fn reconfigure(&self, client: Client<P>) -> Result<(), Error> {
        let present = self.0.client();
        if client.inner().issuer != present.inner().issuer
            || client.app().client_id() != present.app().client_id()
        {
            return Err(Error::invalid_input(
                "this client has another id or site than the one whose connections these are",
            )
            .with_provider(P::NAME));
        }
        self.0.set_client(client);
        self.0.breaker.reset();
        Ok(())
    }

    /// Whether the provider takes the client: the error it gave, if refreshing was stopped by one that blames the
    /// client. See [`reconfigure`](Self::reconfigure).
    ///
    /// # Errors
    /// That error.
    pub fn check_client(&self) -> Result<(), Error> {
        self.0.breaker.check()
    }

    /// The accounts whose newest token is in memory only, because saving it has failed so far.
    pub fn unsaved(&self) -> Vec<String> {
        self.0.unsaved()
    }

    /// Ends in order: from now on everything is refused with [`ErrorKind::Closed`](crate::ErrorKind::Closed), and this
    /// waits for refreshes that were sent and for tokens that are not saved yet, as long as that takes. Give it a time
    /// limit if the application has one, and see [`unsaved`](Self::unsaved) then.
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
