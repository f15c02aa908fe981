//! What state a connection is in, for people and machines.

use chrono::{DateTime, Utc};

use super::live::{Live, Now};
use crate::error::Error;
use crate::error::reconnect_reason::ReconnectReason;
use crate::provider::provider::Provider;
use crate::provider::scopes::Scopes;
use crate::store::RecordState;
use crate::token::token::ScopeSource;

/// What is known of a connection. Holds no secret.
///
/// ```
/// use oauth_core::Scopes;
/// use oauth_core::connections::{ConnectionState, Status};
///
/// /// Whether a person should see to this connection.
/// fn wants_a_person(status: &Status, wanted: &Scopes) -> bool {
///     matches!(status.state, ConnectionState::NeedsReconnect { .. }) || !status.missing_scopes(wanted).is_empty()
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Status {
    /// Whether it is of use.
    pub state: ConnectionState,
    /// How many tokens have been saved for it.
    pub generation: u64,
    /// When the newest token came: at the last refresh, or when the person connected.
    pub received_at: DateTime<Utc>,
    /// When the access token expires, if the provider said.
    pub expires_at: Option<DateTime<Utc>>,
    /// When the refresh token lapses if it is not used, where the provider documents that.
    pub lapses_at: Option<DateTime<Utc>>,
    /// The scopes granted.
    pub scopes: Scopes,
    /// Whether the provider named the scopes.
    pub scope_source: ScopeSource,
    /// False while the newest token is in memory only, because saving it has failed so far.
    pub saved: bool,
    /// Why the last refresh, save or look at the store failed, if it did.
    pub last_failure: Option<Error>,
}

/// Whether a connection is of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectionState {
    /// Its token is valid.
    Active,
    /// Its token has expired. A refresh may bring a new one.
    Expired,
    /// The customer has to connect again.
    NeedsReconnect {
        /// Why.
        reason: ReconnectReason,
        /// Since when.
        at: DateTime<Utc>,
    },
}

impl Status {
    pub(super) fn of<P: Provider>(live: &Live<P>, last_failure: Option<Error>, now: Now) -> Self {
        Self {
            state: match live.state {
                RecordState::NeedsReconnect { reason, at } => ConnectionState::NeedsReconnect { reason, at },
                RecordState::Active if live.has_expired(now) => ConnectionState::Expired,
                RecordState::Active => ConnectionState::Active,
            },
            generation: live.generation,
            received_at: live.token.received_at(),
            expires_at: live.token.expires_at(),
            lapses_at: live.token.lapses_at(),
            scopes: live.token.scopes().clone(),
            scope_source: live.token.scope_source(),
            saved: live.saved,
            last_failure,
        }
    }

    /// Those of `wanted` that were not granted. A client's new scopes do not widen old tokens.
    #[must_use]
    pub fn missing_scopes(&self, wanted: &Scopes) -> Scopes {
        wanted.missing_from(&self.scopes)
    }
}
