//! A provider's connections and authorizer, and the part of them that the routes use.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use oauth_core::connections::{ConnectionState, DisconnectOutcome};
use oauth_core::url::Url;
use oauth_core::{CodeGrant, Connect as _, Connections, Error, ErrorKind, PendingAuthorization, Scopes};

use crate::authorizer::{Authorizer, Refusal, Visit};
use crate::route_paths::RoutePaths;

pub(crate) struct ProviderRoute<P: CodeGrant> {
    pub(crate) connections: Connections<P>,
    pub(crate) authorizer: Box<dyn Authorizer<P>>,
    pub(crate) paths: RoutePaths,
}

impl<P: CodeGrant> ProviderRoute<P> {
    /// Returns the account whose connection a handler may use, and the requested scopes.
    pub(crate) async fn allowed(&self, visit: Visit) -> Result<Result<(String, Scopes), Error>, Refusal> {
        let allowed = self.authorizer.authorize(visit).await?;
        let client = self.connections.client();
        let wanted = allowed.connect.authorization(client.site());
        Ok(wanted.map(|wanted| (allowed.account, wanted.scopes)))
    }
}

impl<P: CodeGrant> ProviderRoute<P> {
    async fn health(&self, account: &str, wanted: &Scopes) -> Result<Health, Error> {
        let connection = self.connections.get(account);
        let status = connection.status().await?;
        match status.state {
            ConnectionState::NeedsReconnect { .. } => return Ok(Health::NeedsReconnect),
            // The status does not say if it can be refreshed. An active token needs no request.
            ConnectionState::Expired => match connection.headers().await {
                Err(error) if error.is_transient() && error.kind() != ErrorKind::Store => {
                    return Ok(Health::Retrying);
                }
                Err(error) => return Err(error),
                Ok(_) => {}
            },
            _ => {}
        }
        Ok(Health::Connected(status.missing_scopes(wanted)))
    }
}

/// A new attempt: the authorize URL, and the data to store.
pub(crate) struct BegunAttempt {
    pub(crate) url: Url,
    pub(crate) pending: PendingAuthorization,
    pub(crate) account: String,
}

/// One connection on the page that lists them.
pub(crate) struct ConnectionSummary {
    pub(crate) account: String,
    pub(crate) health: Health,
}

/// State of a connection on the page that lists them, by the user's next step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Health {
    /// There is no connection.
    NotConnected,
    /// Connected, without these scopes.
    Connected(Scopes),
    /// Connected, but the token has expired and the last refresh failed. It is tried again.
    Retrying,
    /// The customer has to connect again.
    NeedsReconnect,
    /// The store failed.
    Unknown,
}

/// A [`ProviderRoute`] without its type parameter.
#[async_trait]
pub(crate) trait DynProviderRoute: Send + Sync + 'static {
    fn name(&self) -> &'static str;
    fn title(&self) -> &'static str;
    fn paths(&self) -> &RoutePaths;
    /// Longest duration of an attempt.
    fn attempt_age(&self) -> Duration;
    async fn begin(&self, visit: Visit) -> Result<Result<BegunAttempt, Error>, Refusal>;
    /// Returns the account that this visitor may connect.
    async fn account(&self, visit: Visit) -> Result<String, Refusal>;
    /// Returns the requested scopes that were not granted.
    async fn finish(
        &self,
        account: &str,
        pending: &PendingAuthorization,
        callback: &str,
    ) -> Result<Scopes, Error>;
    /// Returns the state of the visitor's connection.
    async fn summary(&self, visit: Visit) -> Result<Result<ConnectionSummary, Error>, Refusal>;
    /// Disconnects the visitor's account. Succeeds if it was not connected.
    async fn disconnect(&self, visit: Visit) -> Result<Result<DisconnectOutcome, Error>, Refusal>;
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;

    /// The connect link with this query.
    fn connect_link(&self, query: &str) -> String {
        with_query(self.paths().connect_path(), query)
    }

    /// The path that disconnects, with this query.
    fn disconnect_link(&self, query: &str) -> String {
        with_query(self.paths().disconnect_path(), query)
    }

    /// The page that lists connections, with this query.
    fn connections_link(&self, query: &str) -> String {
        with_query(self.paths().connections_path(), query)
    }
}

fn with_query(path: String, query: &str) -> String {
    if query.is_empty() { path } else { format!("{path}?{query}") }
}

#[async_trait]
impl<P: CodeGrant> DynProviderRoute for ProviderRoute<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn title(&self) -> &'static str {
        P::TITLE
    }

    fn paths(&self) -> &RoutePaths {
        &self.paths
    }

    fn attempt_age(&self) -> Duration {
        self.connections.client().limits().attempt_age
    }

    async fn begin(&self, visit: Visit) -> Result<Result<BegunAttempt, Error>, Refusal> {
        let allowed = self.authorizer.authorize(visit).await?;
        let started = self.connections.client().begin(&allowed.connect);
        Ok(started.map(|started| BegunAttempt {
            url: started.url,
            pending: started.pending,
            account: allowed.account,
        }))
    }

    async fn account(&self, visit: Visit) -> Result<String, Refusal> {
        Ok(self.authorizer.authorize(visit).await?.account)
    }

    async fn finish(
        &self,
        account: &str,
        pending: &PendingAuthorization,
        callback: &str,
    ) -> Result<Scopes, Error> {
        let connection = self.connections.finish(account, pending, callback).await?;
        // The connection exists, even if the store fails now.
        let status = connection.status().await;
        Ok(status.map(|status| status.missing_scopes(pending.scopes())).unwrap_or_default())
    }

    async fn summary(&self, visit: Visit) -> Result<Result<ConnectionSummary, Error>, Refusal> {
        let (account, wanted) = match self.allowed(visit).await? {
            Ok(allowed) => allowed,
            Err(error) => return Ok(Err(error)),
        };
        let health = self.health(&account, &wanted).await.unwrap_or_else(|error| match error.kind() {
            ErrorKind::NotConnected => Health::NotConnected,
            // Connecting replaces a token of another client.
            ErrorKind::ForeignToken => Health::NeedsReconnect,
            _ if error.needs_reconnect() => Health::NeedsReconnect,
            _ => {
                tracing::warn!("{}: the state of a connection is unknown: {error}", P::NAME);
                Health::Unknown
            }
        });
        Ok(Ok(ConnectionSummary { account, health }))
    }

    async fn disconnect(&self, visit: Visit) -> Result<Result<DisconnectOutcome, Error>, Refusal> {
        let account = self.authorizer.authorize(visit).await?.account;
        Ok(match self.connections.disconnect(&account).await {
            Err(error) if error.kind() == ErrorKind::NotConnected => Ok(DisconnectOutcome::Revoked),
            // A token of an earlier client cannot be revoked by this one.
            Err(error) if error.kind() == ErrorKind::ForeignToken => {
                self.connections.remove(&account).await.map(|_| DisconnectOutcome::Removed)
            }
            result => result,
        })
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}
