//! What there is to say about one connection.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::connections::{ConnectionState, Status};
use oauth_core::store::ReconnectReason;
use oauth_core::{ErrorKind, ScopeSource};

use super::super::integration::Integration;
use super::super::log::Log;
use super::super::tally::Counts;
use crate::cli::Provider;

/// How a connection is, at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Health {
    /// There is none.
    Apart,
    Valid,
    /// The keeper is about to see to it, or tries again.
    Expired,
    /// A token call is under way.
    Asking,
    /// The provider blames the client.
    ClientRefused,
    NeedsReconnect(ReconnectReason),
    /// The store does not say.
    Unknown,
}

impl Health {
    /// Whether a token is at hand, or will be.
    pub(in super::super) fn is_well(self) -> bool {
        matches!(self, Self::Valid | Self::Expired | Self::Asking)
    }
}

/// One connection.
#[derive(Debug)]
pub(in super::super) struct Row {
    pub(super) provider: Provider,
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    pub(super) account: &'static str,
    pub(super) refreshes: bool,
    pub(in super::super) health: Health,
    pub(super) now: DateTime<Utc>,
    pub(super) status: Option<Status>,
    pub(super) counts: Counts,
}

impl Row {
    /// As it is now.
    pub(in super::super) async fn of(integration: &dyn Integration, log: &Log) -> Self {
        let status = integration.connections().status(integration.account()).await;
        let health = match &status {
            Err(error) if error.kind() == ErrorKind::NotConnected => Health::Apart,
            Err(_) => Health::Unknown,
            Ok(status) => match status.state {
                ConnectionState::NeedsReconnect { reason, .. } => Health::NeedsReconnect(reason),
                _ if integration.connections().check_client().is_err() => Health::ClientRefused,
                _ if log.is_asking(integration.provider().name()) => Health::Asking,
                ConnectionState::Active => Health::Valid,
                _ => Health::Expired,
            },
        };
        Self {
            provider: integration.provider(),
            title: integration.title(),
            about: integration.about(),
            account: integration.account(),
            refreshes: integration.refreshes(),
            health,
            now: integration.now(),
            status: status.ok(),
            counts: integration.counts(),
        }
    }

    /// The scopes that were granted.
    pub(super) fn scopes(&self) -> Vec<String> {
        self.status.iter().flat_map(|status| status.scopes.iter().map(ToString::to_string)).collect()
    }

    /// Whether the provider named them.
    pub(super) fn named_by_provider(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.scope_source != ScopeSource::Request)
    }

    /// What is left of the token's life, of a hundred; `None` if it does not end.
    pub(super) fn life(&self) -> Option<u32> {
        let (expires_at, since) = (self.status.as_ref()?.expires_at?, self.counts.since?);
        let whole = (expires_at - since).num_seconds().max(1);
        let left = (expires_at - self.now).num_seconds().clamp(0, whole);
        u32::try_from(left * 100 / whole).ok()
    }
}
