//! `Token`: an access token with everything that came with it.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::provider::renewal::Renewal;
use crate::provider::scopes::Scopes;
use crate::token::lineage::Lineage;
use crate::util::redact;
use crate::util::secret::{AccessToken, ClientId, RefreshToken, in_clear};

/// The part of a token that is the same for all providers, and is persisted.
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
    #[serde(default, skip_serializing_if = "Lineage::is_unknown")]
    pub(crate) lineage: Lineage,
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

/// The source of a token's scopes (RFC 6749 section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ScopeSource {
    /// The response named them.
    #[serde(rename = "reply")]
    Response,
    /// The response named none, but the callback did. The browser can change a callback, so only scopes that
    /// were requested count.
    Callback,
    /// The response named none, which means: as requested.
    // Also the value for words that a newer version persisted.
    #[serde(other)]
    Request,
}

/// The origin of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TokenOrigin {
    /// An authorization code from a user's consent.
    AuthorizationCode,
    /// A user's password.
    Password,
    /// The client's own credentials. Renewed by requesting another.
    ClientCredentials,
    /// Imported: obtained elsewhere.
    #[serde(rename = "adopted")]
    Imported,
    /// Another token, by an API call.
    Derived,
    /// An origin that a newer version of this crate persisted.
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

    /// The granted scopes.
    pub fn scopes(&self) -> &Scopes {
        &self.data.scopes
    }

    /// The source of [`scopes`](Self::scopes).
    pub fn scope_source(&self) -> ScopeSource {
        self.data.scope_source
    }

    /// Returns the scopes of `wanted` that the token lacks. A client's new scopes do not widen old tokens.
    #[must_use]
    pub fn missing_scopes(&self, wanted: &Scopes) -> Scopes {
        wanted.missing_from(&self.data.scopes)
    }

    /// The requested scopes, with which a client-credentials token is renewed.
    pub fn requested_scopes(&self) -> &Scopes {
        &self.data.requested
    }

    /// Returns true if it can be renewed without the user, by its refresh token or the client's credentials.
    pub fn is_renewable(&self) -> bool {
        self.data.origin == TokenOrigin::ClientCredentials
            || (<P::Renewal as Renewal>::REFRESHES && self.data.refresh_token.is_some())
    }

    /// The time of the token response, by the local clock.
    pub fn received_at(&self) -> DateTime<Utc> {
        self.data.received_at
    }

    /// The expiry of the access token; `None` if the response had none.
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.data.expires_at
    }

    /// The time at which an unused refresh token lapses, where the provider documents that.
    pub fn lapses_at(&self) -> Option<DateTime<Utc>> {
        self.data.lapses_at
    }

    /// Returns true if the access token has expired at `now`.
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.data.expires_at.is_some_and(|at| at <= now)
    }

    /// The origin. A refreshed token keeps that of the first one.
    pub fn origin(&self) -> TokenOrigin {
        self.data.origin
    }

    /// The origin of the token endpoint that issued it.
    pub fn issuer(&self) -> &str {
        &self.data.issuer
    }

    /// The client that it was issued to.
    pub fn client_id(&self) -> &ClientId {
        &self.data.client_id
    }

    /// The provider's own fields.
    pub fn extra(&self) -> &P::Extra {
        &self.extra
    }

    /// All other fields of the response. May hold secrets; `Debug` shows only their names.
    pub fn other(&self) -> &Map<String, Value> {
        &self.data.other
    }

    /// The fields of a response that a refresh keeps unless a new one replaces them: the provider's own, and
    /// all others.
    pub(crate) fn provider_fields(&self) -> Map<String, Value> {
        let mut fields = self.data.other.clone();
        if let Ok(Value::Object(own)) = serde_json::to_value(&self.extra) {
            fields.extend(own.into_iter().filter(|(_, value)| !value.is_null()));
        }
        fields
    }

    /// Refuses a token of another site or client, before anything is sent.
    pub(crate) fn check_belongs_to(&self, issuer: &str, client_id: &ClientId) -> Result<(), Error> {
        if *self.data.issuer != *issuer {
            return Err(Error::new(
                ErrorKind::ForeignToken,
                // Sanitized, because others may be able to write to the store.
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
