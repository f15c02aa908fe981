//! Connections of any provider behind one trait object.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use super::disconnect::DisconnectOutcome;
use super::registry::Connections;
use super::status::Status;
use super::sweep::{Sweep, SweepReport};
use crate::error::Error;
use crate::provider::provider::Provider;
use crate::store::RecordSummary;

/// Connections of any provider, for programs with several providers: web servers, command lines, background
/// sweeps.
///
/// Sealed: only [`Connections`] implements it, so methods can be added in minor versions.
///
/// ```
/// use oauth_core::connections::DynConnections;
///
/// async fn show(all: &[Box<dyn DynConnections>]) -> Result<(), oauth_core::Error> {
///     for connections in all {
///         for one in connections.list(None, 100).await? {
///             println!("{} {} {:?}", connections.provider(), one.account, one.state);
///         }
///     }
///     Ok(())
/// }
/// ```
#[async_trait]
pub trait DynConnections: sealed::Sealed + fmt::Debug + Send + Sync + 'static {
    /// Returns the provider's name.
    fn provider(&self) -> &'static str;

    /// Calls [`Connections::list`].
    ///
    /// # Errors
    /// As for that method.
    async fn list(&self, after: Option<&str>, limit: usize) -> Result<Vec<RecordSummary>, Error>;

    /// Calls [`Connection::status`](super::Connection::status).
    ///
    /// # Errors
    /// As for that method.
    async fn status(&self, account: &str) -> Result<Status, Error>;

    /// Refreshes a connection now.
    ///
    /// # Errors
    /// As [`Connection::refresh`](super::Connection::refresh), and
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the provider has no refresh tokens.
    async fn refresh(&self, account: &str) -> Result<(), Error>;

    /// Calls [`Connections::sweep`].
    ///
    /// # Errors
    /// As for that method.
    async fn sweep(&self, sweep: &Sweep) -> Result<SweepReport, Error>;

    /// Calls [`Connections::run_periodically`].
    async fn run_periodically(&self, sweep: Sweep, every: Duration);

    /// Calls [`Connections::check_client`].
    ///
    /// # Errors
    /// As for that method.
    fn check_client(&self) -> Result<(), Error>;

    /// Calls [`Connections::remove`].
    ///
    /// # Errors
    /// As for that method.
    async fn remove(&self, account: &str) -> Result<bool, Error>;

    /// Calls [`Connections::disconnect`].
    ///
    /// # Errors
    /// As for that method.
    async fn disconnect(&self, account: &str) -> Result<DisconnectOutcome, Error>;

    /// Calls [`Connections::unsaved`].
    fn unsaved(&self) -> Vec<String>;

    /// Calls [`Connections::drain`].
    async fn drain(&self);
}

mod sealed {
    #[allow(unnameable_types, reason = "an unnameable supertrait seals the trait")]
    pub trait Sealed {}

    impl<P: crate::provider::provider::Provider> Sealed for super::Connections<P> {}
}

#[async_trait]
impl<P: Provider> DynConnections for Connections<P> {
    fn provider(&self) -> &'static str {
        P::NAME
    }

    async fn list(&self, after: Option<&str>, limit: usize) -> Result<Vec<RecordSummary>, Error> {
        Self::list(self, after, limit).await
    }

    async fn status(&self, account: &str) -> Result<Status, Error> {
        self.get(account).status().await
    }

    async fn refresh(&self, account: &str) -> Result<(), Error> {
        self.get(account).refresh_if_supported().await
    }

    async fn sweep(&self, sweep: &Sweep) -> Result<SweepReport, Error> {
        Self::sweep(self, sweep).await
    }

    async fn run_periodically(&self, sweep: Sweep, every: Duration) {
        Self::run_periodically(self, sweep, every).await;
    }

    fn check_client(&self) -> Result<(), Error> {
        Self::check_client(self)
    }

    async fn remove(&self, account: &str) -> Result<bool, Error> {
        Self::remove(self, account).await
    }

    async fn disconnect(&self, account: &str) -> Result<DisconnectOutcome, Error> {
        Self::disconnect(self, account).await
    }

    fn unsaved(&self) -> Vec<String> {
        Self::unsaved(self)
    }

    async fn drain(&self) {
        Self::drain(self).await;
    }
}
