//! Status of a connection.

use chrono::{DateTime, Utc};

use super::cached_token::{CachedToken, Now};
use crate::error::Error;
use crate::error::reconnect_reason::ReconnectReason;
use crate::provider::provider::Provider;
use crate::provider::scopes::Scopes;
use crate::store::RecordState;
use crate::token::token::ScopeSource;

/// Status of a connection. Contains no secrets.
///
/// ```
/// use oauth_core::Scopes;
/// use oauth_core::connections::{ConnectionState, Status};
///
/// /// Returns true if the customer has to connect again.
/// fn needs_customer(status: &Status, wanted: &Scopes) -> bool {
///     matches!(status.state, ConnectionState::NeedsReconnect { .. }) ||
///     !status.missing_scopes(wanted).is_empty()
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Status {
    /// State of the connection.
    pub state: ConnectionState,
    /// Number of tokens saved so far, counted from 1.
    pub generation: u64,
    /// Time when the newest token was received: at the last refresh, or when the account was connected.
    pub received_at: DateTime<Utc>,
    /// Expiry of the access token, if the provider reported it.
    pub expires_at: Option<DateTime<Utc>>,
    /// Time when an unused refresh token lapses, if the provider documents it.
    pub lapses_at: Option<DateTime<Utc>>,
    /// Granted scopes.
    pub scopes: Scopes,
    /// Source of the scopes: the provider's response or the request.
    pub scope_source: ScopeSource,
    /// False while the newest token is in memory only, because saving it has failed so far.
    pub saved: bool,
    /// Error of the last refresh, save or read of the store, if it failed.
    pub last_failure: Option<Error>,
}

/// State of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectionState {
    /// The token is valid.
    Active,
    /// The token has expired. A refresh may replace it.
    Expired,
    /// The customer has to connect again.
    NeedsReconnect {
        /// Reason.
        reason: ReconnectReason,
        /// Time when this was detected.
        at: DateTime<Utc>,
    },
}

impl Status {
    pub(super) fn new<P: Provider>(cached: &CachedToken<P>, last_failure: Option<Error>, now: Now) -> Self {
        Self {
            state: match cached.state {
                RecordState::NeedsReconnect { reason, at } => ConnectionState::NeedsReconnect { reason, at },
                _ if cached.has_expired(now) => ConnectionState::Expired,
                _ => ConnectionState::Active,
            },
            generation: cached.generation,
            received_at: cached.token.received_at(),
            expires_at: cached.token.expires_at(),
            lapses_at: cached.token.lapses_at(),
            scopes: cached.token.scopes().clone(),
            scope_source: cached.token.scope_source(),
            saved: cached.saved,
            last_failure,
        }
    }

    /// Returns the scopes of `wanted` that were not granted. New scopes of a client do not extend existing
    /// tokens.
    #[must_use]
    pub fn missing_scopes(&self, wanted: &Scopes) -> Scopes {
        wanted.missing_from(&self.scopes)
    }
}
