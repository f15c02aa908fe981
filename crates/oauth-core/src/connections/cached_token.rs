//! Token in memory with its authorization header, ready to be sent.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::{HeaderName, HeaderValue};
use tokio::time::Instant;

use super::settings::Settings;
use crate::client::client::Client;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::provider::renewal::Renewal;
use crate::provider::scheme::Scheme;
use crate::store::{Content, Record, RecordState, StoreError, StoreErrorKind};
use crate::token::lineage::Lineage;
use crate::token::persisted::PersistedToken;
use crate::token::token::{Token, TokenOrigin};

/// Result of a refresh.
pub(super) type RefreshResult<P> = Result<Arc<CachedToken<P>>, Error>;

pub(crate) struct CachedToken<P: Provider> {
    pub(crate) token: Token<P>,
    pub(crate) header: (HeaderName, HeaderValue),
    /// Generation in the store; of an unsaved token, the one that saving it creates.
    pub(crate) generation: u64,
    pub(crate) state: RecordState,
    pub(crate) saved: bool,
    /// Number of the token response that it came from; 0 for a token that was read from the store.
    receipt: u64,
    due: Option<Deadline>,
    expiry: Option<Deadline>,
    /// True if it had expired by the clock of the moment in which it was cached.
    was_expired: bool,
}

/// Tells a token from the one that replaces it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TokenVersion {
    pub(super) generation: u64,
    pub(super) lineage: Lineage,
}

/// Point in time that has passed when either of two clocks has reached it. A wall clock that is set back, or
/// was ahead when the token was received, does not extend a token's life.
#[derive(Clone, Copy)]
struct Deadline {
    wall: DateTime<Utc>,
    monotonic: Option<Instant>,
}

/// The current time by both clocks.
#[derive(Clone, Copy)]
pub(crate) struct Now {
    pub(crate) wall: DateTime<Utc>,
    pub(crate) monotonic: Instant,
}

impl Now {
    pub(crate) fn by(clock: &dyn crate::util::clock::Clock) -> Self {
        Self { wall: clock.now(), monotonic: Instant::now() }
    }
}

impl Deadline {
    /// The remaining time is at most the token's lifetime when it was received.
    fn new(wall: DateTime<Utc>, received_at: DateTime<Utc>, now: Now) -> Self {
        let remaining = (wall - now.wall.max(received_at)).to_std().unwrap_or_default();
        Self { wall, monotonic: now.monotonic.checked_add(remaining) }
    }

    fn has_passed(&self, now: Now) -> bool {
        self.wall <= now.wall || self.monotonic.is_some_and(|at| at <= now.monotonic)
    }
}

impl<P: Provider> CachedToken<P> {
    pub(crate) fn new(
        token: Token<P>,
        generation: u64,
        state: RecordState,
        saved: bool,
        settings: &Settings,
        now: Now,
    ) -> Result<Self, Error> {
        let header = P::Scheme::header(token.access_token()).map_err(|error| error.with_provider(P::NAME))?;
        let was_expired = token.expires_at().is_some_and(|at| at <= now.wall);
        let due_at = is_token_refreshable(&token).then(|| settings.due_at(&token, fastrand::f64())).flatten();
        Ok(Self {
            header,
            generation,
            state,
            saved,
            receipt: 0,
            due: due_at.map(|at| Deadline::new(at, token.received_at(), now)),
            expiry: token.expires_at().map(|at| Deadline::new(at, token.received_at(), now)),
            was_expired,
            token,
        })
    }

    /// Parses a record. Fails if its token belongs to another client.
    pub(crate) fn read(
        record: &Record,
        client: &Client<P>,
        settings: &Settings,
        now: Now,
    ) -> Result<Self, Error> {
        // The parser's error is dropped: it may quote a part of the token.
        let stored: PersistedToken = serde_json::from_slice(record.content.bytes()).map_err(|_| {
            Error::from(StoreError::new(StoreErrorKind::Corrupt, "the stored record is not a token"))
                .with_provider(P::NAME)
        })?;
        let mut token = Token::<P>::from_persisted(stored)?;
        let inner = client.inner();
        token
            .check_belongs_to(&inner.issuer, inner.app.client_id())
            .map_err(|error| error.with_provider(P::NAME))?;
        // All connections of a client share these two.
        token.data.issuer = Arc::clone(&inner.issuer);
        token.data.client_id = inner.app.client_id().clone();
        Self::new(token, record.generation, record.state, true, settings, now)
    }

    pub(crate) fn version(&self) -> TokenVersion {
        TokenVersion { generation: self.generation, lineage: self.token.data.lineage }
    }

    /// True if this is another token than that one. As no older token is cached in place of a newer one, it
    /// has replaced it, whatever its generation: generations begin anew after a removal, and a store that
    /// went back repeats them.
    pub(crate) fn replaces(&self, other: TokenVersion) -> bool {
        let lineage = self.token.data.lineage;
        let is_same = lineage.is_same_token(other.lineage);
        !is_same || (lineage.is_unknown() && self.generation > other.generation)
    }

    pub(crate) fn with_state(&self, state: RecordState) -> Self {
        Self { state, ..self.at_generation(self.generation) }
    }

    /// The same token beside a record of this generation.
    pub(crate) fn at_generation(&self, generation: u64) -> Self {
        Self {
            token: self.token.clone(),
            header: self.header.clone(),
            generation,
            state: self.state,
            saved: self.saved,
            receipt: self.receipt,
            due: self.due,
            expiry: self.expiry,
            was_expired: self.was_expired,
        }
    }

    /// Marks a token that the token endpoint has just issued.
    pub(crate) fn with_receipt(mut self, receipt: u64) -> Self {
        self.receipt = receipt;
        self
    }

    /// True if it came from a later token response of this process than that number.
    pub(crate) fn is_received_after(&self, receipt: u64) -> bool {
        self.receipt > receipt
    }

    pub(crate) fn is_due(&self, now: Now) -> bool {
        self.due.is_some_and(|due| due.has_passed(now))
    }

    pub(crate) fn has_expired(&self, now: Now) -> bool {
        self.expiry.is_some_and(|expiry| expiry.has_passed(now))
    }

    /// True if the clock that it was cached by, as expired, must have been ahead.
    pub(crate) fn was_cached_ahead(&self, now: Now) -> bool {
        self.was_expired && self.token.expires_at().is_some_and(|at| at > now.wall)
    }

    pub(crate) fn is_active(&self) -> bool {
        self.state == RecordState::Active
    }

    pub(crate) fn is_usable(&self, now: Now) -> bool {
        self.is_active() && !self.has_expired(now)
    }

    pub(crate) fn is_refreshable(&self) -> bool {
        self.is_active() && is_token_refreshable(&self.token)
    }

    /// The error of a token that must not be sent.
    pub(crate) fn unusable(&self) -> Error {
        match self.state {
            RecordState::NeedsReconnect { reason, .. } => {
                Error::new(ErrorKind::NeedsReconnect(reason), reason.to_string())
                    .with_provider(P::NAME)
                    .needing_reconnect(P::DIALECT.reconnect_help)
            }
            _ if !is_token_refreshable(&self.token) => {
                Error::new(ErrorKind::Expired, "the token has expired and came without a refresh token")
                    .with_provider(P::NAME)
                    .needing_reconnect(P::DIALECT.reconnect_help)
            }
            _ => Error::new(ErrorKind::Expired, "the token has expired and was not sent")
                .with_provider(P::NAME),
        }
    }
}

/// True if a new token can be requested without the user.
fn is_token_refreshable<P: Provider>(token: &Token<P>) -> bool {
    P::Renewal::REFRESHES
        && (token.refresh_token().is_some() || token.origin() == TokenOrigin::ClientCredentials)
}

/// Serializes a token for the store.
pub(crate) fn content<P: Provider>(token: &Token<P>, settings: &Settings) -> Result<Content, Error> {
    let bytes = serde_json::to_vec(&token.to_persisted()?)
        .map_err(|_| Error::invalid_input("the token cannot be serialized").with_provider(P::NAME))?;
    let due_at = is_token_refreshable(token).then(|| settings.due_at(token, 0.0)).flatten();
    Ok(Content::new(bytes).due_at(due_at).lapses_at(token.lapses_at()))
}
