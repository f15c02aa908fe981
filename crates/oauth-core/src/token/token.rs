//! A token with all that is known about it.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::provider::renewal::Renewal;
use crate::provider::scopes::Scopes;
use crate::util::redact;
use crate::util::secret::{AccessToken, ClientId, RefreshToken, in_clear};

/// Everything known about a token but the provider's own fields: the part that is the same for all providers.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct TokenData {
    pub(crate) issuer: Arc<str>,
    pub(crate) client_id: ClientId,
    #[serde(with = "in_clear")]
    pub(crate) access_token: AccessToken,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "in_clear::option")]
    pub(crate) refresh_token: Option<RefreshToken>,
    #[serde(default)]
    pub(crate) scopes: Scopes,
    #[serde(rename = "scopes_from")]
    pub(crate) scope_source: ScopeSource,
    #[serde(default)]
    pub(crate) requested: Scopes,
    pub(crate) received_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lapses_at: Option<DateTime<Utc>>,
    #[serde(rename = "obtained")]
    pub(crate) origin: TokenOrigin,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(crate) other: Map<String, Value>,
}

/// An access token of provider `P` with everything that came with it.
///
/// Not `Serialize`: see [`Token::to_persisted`].
#[non_exhaustive]
pub struct Token<P: Provider> {
    pub(crate) data: TokenData,
    pub(crate) extra: P::Extra,
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
        &self.data.access_token
    }

    /// The refresh token, if there is one.
    pub fn refresh_token(&self) -> Option<&RefreshToken> {
        self.data.refresh_token.as_ref()
    }

    /// The scopes granted.
    pub fn scopes(&self) -> &Scopes {
        &self.data.scopes
    }

    /// Whether the server named the scopes.
    pub fn scope_source(&self) -> ScopeSource {
        self.data.scope_source
    }

    /// Those of `wanted` that the token lacks. A client's new scopes do not widen old tokens.
    #[must_use]
    pub fn missing_scopes(&self, wanted: &Scopes) -> Scopes {
        wanted.missing_from(&self.data.scopes)
    }

    /// The scopes asked for, which is what a client-credentials token is renewed with.
    pub fn requested_scopes(&self) -> &Scopes {
        &self.data.requested
    }

    /// Whether it can be renewed without the person: by its refresh token, or by asking again.
    pub fn is_renewable(&self) -> bool {
        self.data.origin == TokenOrigin::ClientCredentials
            || (<P::Renewal as Renewal>::REFRESHES && self.data.refresh_token.is_some())
    }

    /// When it was received.
    pub fn received_at(&self) -> DateTime<Utc> {
        self.data.received_at
    }

    /// When the access token expires; `None` if the server did not say.
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.data.expires_at
    }

    /// When the refresh token lapses if it is not used, where the provider documents that.
    pub fn lapses_at(&self) -> Option<DateTime<Utc>> {
        self.data.lapses_at
    }

    /// Whether it has expired at `now`.
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.data.expires_at.is_some_and(|at| at <= now)
    }

    /// How it was obtained. A refreshed token counts as obtained like its first one.
    pub fn origin(&self) -> TokenOrigin {
        self.data.origin
    }

    /// The origin of the token endpoint that issued it.
    pub fn issuer(&self) -> &str {
        &self.data.issuer
    }

    /// The client it was issued to.
    pub fn client_id(&self) -> &ClientId {
        &self.data.client_id
    }

    /// The provider's own fields.
    pub fn extra(&self) -> &P::Extra {
        &self.extra
    }

    /// Whatever else the reply held. May hold secrets; `Debug` shows the names only.
    pub fn other(&self) -> &Map<String, Value> {
        &self.data.other
    }

    /// Refuses a token that another site or client was given, before anything is sent.
    pub(crate) fn check_belongs_to(&self, issuer: &str, client_id: &ClientId) -> Result<(), Error> {
        if *self.data.issuer != *issuer {
            return Err(Error::new(
                ErrorKind::ForeignToken,
                // As it stands in the store, which others may be able to write to.
                format!("the token was issued by {}", redact::sanitize(&self.data.issuer, 100)),
            ));
        }
        if self.data.client_id != *client_id {
            return Err(Error::new(
                ErrorKind::ForeignToken,
                format!(
                    "the token was issued to the client `{}`",
                    redact::sanitize(self.data.client_id.as_str(), 100)
                ),
            ));
        }
        Ok(())
    }
}

impl<P: Provider> Clone for Token<P> {
    fn clone(&self) -> Self {
        Self { data: self.data.clone(), extra: self.extra.clone() }
    }
}

impl<P: Provider> fmt::Debug for Token<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("provider", &P::NAME)
            .field("access_token", &self.data.access_token)
            .field("refresh_token", &self.data.refresh_token)
            .field("scopes", &self.data.scopes.to_string())
            .field("scope_source", &self.data.scope_source)
            .field("received_at", &self.data.received_at)
            .field("expires_at", &self.data.expires_at)
            .field("lapses_at", &self.data.lapses_at)
            .field("origin", &self.data.origin)
            .field("issuer", &self.data.issuer)
            .field("client_id", &self.data.client_id)
            .field("extra", &self.extra)
            .field("other", &self.data.other.keys().collect::<Vec<_>>())
            .finish()
    }
}
