//! A provider's connections and authorizer, and the part of them that the routes use.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use oauth_core::url::Url;
use oauth_core::{CodeGrant, Connect as _, Connections, Error, PendingAuthorization, Scopes};

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

/// A new attempt: the authorize URL, and the data to store.
pub(crate) struct BegunAttempt {
    pub(crate) url: Url,
    pub(crate) pending: PendingAuthorization,
    pub(crate) account: String,
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
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;

    /// The connect link with this query.
    fn connect_link(&self, query: &str) -> String {
        let path = self.paths().connect_path();
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }
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

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}
