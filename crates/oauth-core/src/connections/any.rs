//! Connections of any provider, as one type.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use super::keeper::{Sweep, SweepReport};
use super::{Connections, Status};
use crate::error::Error;
use crate::provider::provider::Provider;
use crate::store::RecordSummary;

/// The connections of some provider, for those who hold several at once: a web front, a command line, a keeper.
///
/// Implemented by [`Connections`] and by nothing else, so that it can grow.
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
    /// The provider's name.
    fn provider(&self) -> &'static str;

    /// See [`Connections::list`].
    ///
    /// # Errors
    /// As there.
    async fn list(&self, after: Option<&str>, limit: usize) -> Result<Vec<RecordSummary>, Error>;

    /// See [`Connection::status`](super::Connection::status).
    ///
    /// # Errors
    /// As there.
    async fn status(&self, account: &str) -> Result<Status, Error>;

    /// Refreshes this connection now; [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if its token came
    /// without a refresh token, or the provider gives none.
    ///
    /// # Errors
    /// As [`Connection::refresh`](super::Connection::refresh).
    async fn refresh(&self, account: &str) -> Result<(), Error>;

    /// See [`Connections::sweep`].
    ///
    /// # Errors
    /// As there.
    async fn sweep(&self, sweep: &Sweep) -> Result<SweepReport, Error>;

    /// See [`Connections::run_periodically`].
    async fn run_periodically(&self, sweep: Sweep, every: Duration);

    /// See [`Connections::check_client`].
    ///
    /// # Errors
    /// As there.
    fn check_client(&self) -> Result<(), Error>;

    /// See [`Connections::remove`].
    ///
    /// # Errors
    /// As there.
    async fn remove(&self, account: &str) -> Result<bool, Error>;

    /// See [`Connections::unsaved`].
    fn unsaved(&self) -> Vec<String>;

    /// See [`Connections::drain`].
    async fn drain(&self);
}

mod sealed {
    #[allow(unnameable_types, reason = "others cannot implement what they cannot name")]
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
        self.get(account).renew().await
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

    fn unsaved(&self) -> Vec<String> {
        Self::unsaved(self)
    }

    async fn drain(&self) {
        Self::drain(self).await;
    }
}
