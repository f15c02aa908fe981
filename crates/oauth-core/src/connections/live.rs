//! A token in memory, ready to be used.

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
use crate::token::persisted::PersistedToken;
use crate::token::token::{Token, TokenOrigin};

pub(crate) struct Live<P: Provider> {
    pub(crate) token: Token<P>,
    /// What authorizes a request.
    pub(crate) header: (HeaderName, HeaderValue),
    /// Under which it is stored, or will be once it is saved.
    pub(crate) generation: u64,
    pub(crate) state: RecordState,
    pub(crate) saved: bool,
    due: Option<Moment>,
    expiry: Option<Moment>,
    /// Until when, in Unix milliseconds, there is nothing to do about it by the wall clock.
    settled_until: i64,
}

/// A point in time by the wall clock, which monotonic time makes no later: a wall clock that is set back does not make
/// a token live longer, and neither does one that was ahead when the token came.
#[derive(Clone, Copy)]
struct Moment {
    wall: DateTime<Utc>,
    monotonic: Option<Instant>,
}

/// What time it is by both.
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

impl Moment {
    /// Of a token that was received `since`: what is left cannot be more than there was then.
    fn at(wall: DateTime<Utc>, since: DateTime<Utc>, now: Now) -> Self {
        let left = (wall - now.wall.max(since)).to_std().unwrap_or_default();
        Self { wall, monotonic: now.monotonic.checked_add(left) }
    }

    fn has_come(&self, now: Now) -> bool {
        self.wall <= now.wall || self.monotonic.is_some_and(|at| at <= now.monotonic)
    }
}

impl<P: Provider> Live<P> {
    pub(crate) fn new(
        token: Token<P>,
        generation: u64,
        state: RecordState,
        saved: bool,
        settings: &Settings,
        now: Now,
    ) -> Result<Self, Error> {
        let header = P::Scheme::header(token.access_token()).map_err(|error| error.with_provider(P::NAME))?;
        let due_at = renewable(&token).then(|| settings.due_at(&token, fastrand::f64())).flatten();
        Ok(Self {
            header,
            generation,
            state,
            saved,
            settled_until: settled_until(state, due_at, token.expires_at()),
            due: due_at.map(|at| Moment::at(at, token.received_at(), now)),
            expiry: token.expires_at().map(|at| Moment::at(at, token.received_at(), now)),
            token,
        })
    }

    /// What a store gave, if it is this client's.
    pub(crate) fn read(
        record: &Record,
        client: &Client<P>,
        settings: &Settings,
        now: Now,
    ) -> Result<Self, Error> {
        // Not the parser's words: they may quote what they stumbled over.
        let stored: PersistedToken = serde_json::from_slice(record.content.bytes()).map_err(|_| {
            Error::from(StoreError::new(StoreErrorKind::Corrupt, "the stored record is no token"))
                .with_provider(P::NAME)
        })?;
        let mut token = Token::<P>::from_persisted(stored)?;
        let inner = client.inner();
        token
            .check_belongs_to(&inner.issuer, inner.app.client_id())
            .map_err(|error| error.with_provider(P::NAME))?;
        // One copy for all connections of a client.
        token.data.issuer = Arc::clone(&inner.issuer);
        token.data.client_id = inner.app.client_id().clone();
        Self::new(token, record.generation, record.state, true, settings, now)
    }

    /// The same token in another state.
    pub(crate) fn in_state(&self, state: RecordState) -> Self {
        Self {
            token: self.token.clone(),
            header: self.header.clone(),
            generation: self.generation,
            state,
            saved: self.saved,
            due: self.due,
            expiry: self.expiry,
            settled_until: settled_until(
                state,
                self.due.map(|due| due.wall),
                self.expiry.map(|expiry| expiry.wall),
            ),
        }
    }

    /// Whether it may be sent and is not due, as far as the wall clock goes.
    pub(crate) fn is_settled(&self, unix_millis: i64) -> bool {
        unix_millis < self.settled_until
    }

    pub(crate) fn is_due(&self, now: Now) -> bool {
        self.due.is_some_and(|due| due.has_come(now))
    }

    pub(crate) fn has_expired(&self, now: Now) -> bool {
        self.expiry.is_some_and(|expiry| expiry.has_come(now))
    }

    pub(crate) fn is_active(&self) -> bool {
        self.state == RecordState::Active
    }

    /// Whether it may be sent.
    pub(crate) fn is_usable(&self, now: Now) -> bool {
        self.is_active() && !self.has_expired(now)
    }

    /// Whether a refresh could bring a new one.
    pub(crate) fn is_renewable(&self) -> bool {
        self.is_active() && renewable(&self.token)
    }

    /// Why it may not be sent.
    pub(crate) fn refusal(&self) -> Error {
        match self.state {
            RecordState::NeedsReconnect { reason, .. } => {
                Error::new(ErrorKind::NeedsReconnect(reason), reason.to_string()).with_provider(P::NAME)
            }
            RecordState::Active if !renewable(&self.token) => {
                Error::new(ErrorKind::Expired, "the token has expired and came without a refresh token")
                    .with_provider(P::NAME)
                    .needing_reconnect()
            }
            RecordState::Active => Error::new(ErrorKind::Expired, "the token has expired and was not sent")
                .with_provider(P::NAME),
        }
    }
}

/// Whether a token can be had in its place without a person. By type only for providers that refresh, by value only for
/// tokens that came with the means.
fn renewable<P: Provider>(token: &Token<P>) -> bool {
    P::Renewal::REFRESHES
        && (token.refresh_token().is_some() || token.origin() == TokenOrigin::ClientCredentials)
}

fn settled_until(state: RecordState, due: Option<DateTime<Utc>>, expiry: Option<DateTime<Utc>>) -> i64 {
    match state {
        RecordState::Active => {
            due.into_iter().chain(expiry).map(|at| at.timestamp_millis()).min().unwrap_or(i64::MAX)
        }
        RecordState::NeedsReconnect { .. } => i64::MIN,
    }
}

/// What of a token is saved.
pub(crate) fn content<P: Provider>(token: &Token<P>, settings: &Settings) -> Result<Content, Error> {
    let bytes = serde_json::to_vec(&token.to_persisted()?)
        .map_err(|_| Error::invalid_input("the token cannot be written").with_provider(P::NAME))?;
    let due_at = renewable(token).then(|| settings.due_at(token, 0.0)).flatten();
    Ok(Content::new(bytes).due_at(due_at).lapses_at(token.lapses_at()))
}
