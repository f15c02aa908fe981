//! The data of one connection's table row.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::connections::{ConnectionState, Status};
use oauth_core::store::ReconnectReason;
use oauth_core::{ErrorKind, ScopeSource};

use super::super::counters::ConnectionStats;
use super::super::integration::Integration;
use super::super::log::Log;

/// The state of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Health {
    NotConnected,
    Valid,
    /// The sweep will refresh it or retry.
    Expired,
    /// A token call is in flight.
    Refreshing,
    /// The provider rejects the client credentials.
    ClientRejected,
    NeedsReconnect(ReconnectReason),
    /// The store returned an error.
    Unknown,
}

impl Health {
    /// Returns `true` if a token is available or will be after a refresh.
    pub(in super::super) fn is_usable(self) -> bool {
        matches!(self, Self::Valid | Self::Expired | Self::Refreshing)
    }
}

/// A row of the table.
#[derive(Debug)]
pub(in super::super) struct ConnectionRow {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    pub(super) account: &'static str,
    pub(super) supports_refresh: bool,
    pub(in super::super) health: Health,
    pub(super) now: DateTime<Utc>,
    pub(super) status: Option<Status>,
    pub(super) stats: ConnectionStats,
}

impl ConnectionRow {
    /// Reads the current data.
    pub(in super::super) async fn of(integration: &dyn Integration, log: &Log) -> Self {
        let status = integration.connections().status(integration.account()).await;
        let health = match &status {
            Err(error) if error.kind() == ErrorKind::NotConnected => Health::NotConnected,
            Err(_) => Health::Unknown,
            Ok(status) => match status.state {
                ConnectionState::NeedsReconnect { reason, .. } => Health::NeedsReconnect(reason),
                _ if integration.connections().check_client().is_err() => Health::ClientRejected,
                _ if log.has_pending_token_call(integration.name()) => Health::Refreshing,
                ConnectionState::Active => Health::Valid,
                _ => Health::Expired,
            },
        };
        Self {
            name: integration.name(),
            title: integration.title(),
            about: integration.about(),
            account: integration.account(),
            supports_refresh: integration.supports_refresh(),
            health,
            now: integration.now(),
            status: status.ok(),
            stats: integration.stats(),
        }
    }

    /// The granted scopes.
    pub(super) fn scopes(&self) -> Vec<String> {
        self.status.iter().flat_map(|status| status.scopes.iter().map(ToString::to_string)).collect()
    }

    /// Returns `true` if the scopes come from the token response.
    pub(super) fn scopes_from_response(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.scope_source != ScopeSource::Request)
    }

    /// The remaining lifetime of the token in percent, `None` without expiry.
    pub(super) fn remaining_percent(&self) -> Option<u32> {
        let (expires_at, since) = (self.status.as_ref()?.expires_at?, self.stats.token_since?);
        let whole = (expires_at - since).num_seconds().max(1);
        let left = (expires_at - self.now).num_seconds().clamp(0, whole);
        u32::try_from(left * 100 / whole).ok()
    }
}
