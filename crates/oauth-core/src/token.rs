//! A token with all that is known about it.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    AccessToken, ClientId, Error, ErrorKind, PersistedToken, Provider, RefreshToken, Renewal, Scopes,
};

/// An access token of provider `P` with all that came with it.
///
/// Not `Serialize`: see [`Token::to_persisted`].
#[non_exhaustive]
pub struct Token<P: Provider> {
    pub(crate) access_token: AccessToken,
    pub(crate) refresh_token: Option<RefreshToken>,
    pub(crate) scopes: Scopes,
    pub(crate) scope_source: ScopeSource,
    pub(crate) requested: Scopes,
    pub(crate) received_at: DateTime<Utc>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) lapses_at: Option<DateTime<Utc>>,
    pub(crate) origin: TokenOrigin,
    pub(crate) issuer: Arc<str>,
    pub(crate) client_id: ClientId,
    pub(crate) extra: P::Extra,
    pub(crate) other: Map<String, Value>,
    pub(crate) provider: PhantomData<fn() -> P>,
}

/// Where the list of granted scopes comes from (RFC 6749 section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ScopeSource {
    /// The server named them.
    #[serde(rename = "reply")]
    Response,
    /// The server named none, which means: as requested.
    // Also what a word of a newer version is read as.
    #[serde(other)]
    Request,
}

/// How a token was obtained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TokenOrigin {
    /// By the code of a person's consent.
    AuthorizationCode,
    /// By a person's password.
    Password,
    /// By the client's own credentials; renewed by asking again.
    ClientCredentials,
    /// Elsewhere, and adopted.
    #[serde(rename = "adopted")]
    Imported,
    /// From another token, by an API call.
    Derived,
    /// In a way that a newer version of this crate stored and this one does not know.
    #[serde(other)]
    Other,
}

impl<P: Provider> Token<P> {
    /// The access token.
    pub fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    /// The refresh token, if there is one.
    pub fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh_token.as_ref()
    }

    /// The scopes granted.
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// Whether the server named the scopes.
    pub fn scope_source(&self) -> ScopeSource {
        self.scope_source
    }

    /// Those of `wanted` that the token lacks. A client's new scopes do not widen old tokens.
    #[must_use]
    pub fn missing_scopes(&self, wanted: &Scopes) -> Scopes {
        wanted.missing_from(&self.scopes)
    }

    /// The scopes asked for, which is what a client-credentials token is renewed with.
    pub fn requested_scopes(&self) -> &Scopes {
        &self.requested
    }

    /// Whether it can be renewed without the person: by its refresh token, or by asking again.
    pub fn is_renewable(&self) -> bool {
        self.origin == TokenOrigin::ClientCredentials
            || (<P::Renewal as Renewal>::REFRESHES && self.refresh_token.is_some())
    }

    /// When it was received.
    pub fn received_at(&self) -> DateTime<Utc> {
        self.received_at
    }

    /// When the access token expires; `None` if the server did not say.
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.expires_at
    }

    /// When the refresh token lapses if it is not used, where the provider documents that.
    pub fn lapses_at(&self) -> Option<DateTime<Utc>> {
        self.lapses_at
    }

    /// Whether it has expired at `now`.
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// How it was obtained. A refreshed token counts as obtained like its first one.
    pub fn origin(&self) -> TokenOrigin {
        self.origin
    }

    /// The origin of the token endpoint that issued it.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The client it was issued to.
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// The provider's own fields.
    pub fn extra(&self) -> &P::Extra {
        &self.extra
    }

    /// Whatever else the reply held. May hold secrets; `Debug` shows the names only.
    pub fn other(&self) -> &Map<String, Value> {
        &self.other
    }

    /// The form in which a token is stored, secrets in clear. The only way to serialize one.
    ///
    /// # Errors
    /// If the provider's own fields cannot be written.
    pub fn to_persisted(&self) -> Result<PersistedToken, Error> {
        PersistedToken::of(self)
    }

    /// Reads the stored form back.
    ///
    /// # Errors
    /// [`ErrorKind::ForeignToken`] if it is another provider's, [`ErrorKind::InvalidResponse`] if it cannot be read.
    pub fn from_persisted(stored: PersistedToken) -> Result<Self, Error> {
        stored.into_token()
    }

    /// Refuses a token that another site or client was given, before anything is sent.
    pub(crate) fn check_belongs_to(&self, issuer: &str, client_id: &ClientId) -> Result<(), Error> {
        if *self.issuer != *issuer {
            return Err(Error::new(
                ErrorKind::ForeignToken,
                // As it stands in the store, which others may be able to write to.
                format!("the token was issued by {}", crate::text::tame(&self.issuer, 100)),
            ));
        }
        if self.client_id != *client_id {
            return Err(Error::new(
                ErrorKind::ForeignToken,
                format!(
                    "the token was issued to the client `{}`",
                    crate::text::tame(self.client_id.as_str(), 100)
                ),
            ));
        }
        Ok(())
    }
}

impl<P: Provider> Clone for Token<P> {
    fn clone(&self) -> Self {
        Self {
            access_token: self.access_token.clone(),
            refresh_token: self.refresh_token.clone(),
            scopes: self.scopes.clone(),
            scope_source: self.scope_source,
            requested: self.requested.clone(),
            received_at: self.received_at,
            expires_at: self.expires_at,
            lapses_at: self.lapses_at,
            origin: self.origin,
            issuer: Arc::clone(&self.issuer),
            client_id: self.client_id.clone(),
            extra: self.extra.clone(),
            other: self.other.clone(),
            provider: PhantomData,
        }
    }
}

impl<P: Provider> fmt::Debug for Token<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("provider", &P::NAME)
            .field("access_token", &self.access_token)
            .field("refresh_token", &self.refresh_token)
            .field("scopes", &self.scopes.to_string())
            .field("scope_source", &self.scope_source)
            .field("received_at", &self.received_at)
            .field("expires_at", &self.expires_at)
            .field("lapses_at", &self.lapses_at)
            .field("origin", &self.origin)
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("extra", &self.extra)
            .field("other", &self.other.keys().collect::<Vec<_>>())
            .finish()
    }
}
