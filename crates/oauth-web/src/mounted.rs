//! A provider with its connections and its authorizer, and what of that the routes see.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use oauth_core::url::Url;
use oauth_core::{CodeGrant, Connect as _, Connections, Error, PendingAuthorization, Scopes};

use crate::authorizer::{Authorizer, Refusal, Visit};
use crate::place::Place;

pub(crate) struct Mounted<P: CodeGrant> {
    pub(crate) connections: Connections<P>,
    pub(crate) authorizer: Box<dyn Authorizer<P>>,
    pub(crate) place: Place,
}

impl<P: CodeGrant> Mounted<P> {
    /// Whose connection a handler may use, and the scopes it should have.
    pub(crate) async fn allowed(&self, visit: Visit) -> Result<Result<(String, Scopes), Error>, Refusal> {
        let allowed = self.authorizer.authorize(visit).await?;
        let client = self.connections.client();
        let wanted = allowed.connect.authorization(client.site());
        Ok(wanted.map(|wanted| (allowed.account, wanted.scopes)))
    }
}

/// An attempt that was begun.
pub(crate) struct Begun {
    pub(crate) url: Url,
    pub(crate) pending: PendingAuthorization,
    pub(crate) account: String,
}

/// A provider as the routes see it.
#[async_trait]
pub(crate) trait Provided: Send + Sync + 'static {
    fn name(&self) -> &'static str;
    fn title(&self) -> &'static str;
    fn place(&self) -> &Place;
    /// How long an attempt may take.
    fn attempt_age(&self) -> Duration;
    async fn begin(&self, visit: Visit) -> Result<Result<Begun, Error>, Refusal>;
    /// Gives back which of the scopes that were asked for were not granted.
    async fn finish(
        &self,
        account: &str,
        pending: &PendingAuthorization,
        callback: &str,
    ) -> Result<Scopes, Error>;
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

#[async_trait]
impl<P: CodeGrant> Provided for Mounted<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn title(&self) -> &'static str {
        P::TITLE
    }

    fn place(&self) -> &Place {
        &self.place
    }

    fn attempt_age(&self) -> Duration {
        self.connections.client().limits().attempt_age
    }

    async fn begin(&self, visit: Visit) -> Result<Result<Begun, Error>, Refusal> {
        let allowed = self.authorizer.authorize(visit).await?;
        let started = self.connections.client().begin(&allowed.connect);
        Ok(started.map(|started| Begun {
            url: started.url,
            pending: started.pending,
            account: allowed.account,
        }))
    }

    async fn finish(
        &self,
        account: &str,
        pending: &PendingAuthorization,
        callback: &str,
    ) -> Result<Scopes, Error> {
        let connection = self.connections.finish(account, pending, callback).await?;
        // It is connected; that the store could not say more a moment later takes nothing back.
        let status = connection.status().await;
        Ok(status.map(|status| status.missing_scopes(pending.scopes())).unwrap_or_default())
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}
