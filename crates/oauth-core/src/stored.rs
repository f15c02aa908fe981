//! The one form in which a token is persisted.

use std::fmt;
use std::marker::PhantomData;
use std::mem::take;

use chrono::{DateTime, Utc};
use secrecy::zeroize::Zeroize as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Error, ErrorKind, Provider, ScopeSource, Scopes, Token, TokenOrigin};

/// A token as it is stored: every secret in clear, so whoever writes it encrypts it.
///
/// `Debug` shows no secret, and all of them are wiped when it is dropped. Unknown members are ignored and missing optional ones are empty, so older versions read
/// newer rows and the other way round.
#[derive(Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PersistedToken {
    provider: String,
    issuer: String,
    client_id: String,
    access_token: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(default)]
    scopes: Scopes,
    #[serde(rename = "scopes_from")]
    scope_source: ScopeSource,
    #[serde(default)]
    requested: Scopes,
    received_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lapses_at: Option<DateTime<Utc>>,
    #[serde(rename = "obtained")]
    origin: TokenOrigin,
    #[serde(default)]
    extra: Value,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    other: Map<String, Value>,
}

impl PersistedToken {
    pub(crate) fn of<P: Provider>(token: &Token<P>) -> Result<Self, Error> {
        Ok(Self {
            provider: P::NAME.to_owned(),
            issuer: token.issuer.to_string(),
            client_id: token.client_id.as_str().to_owned(),
            access_token: token.access_token.expose().to_owned(),
            refresh_token: token.refresh_token.as_ref().map(|token| token.expose().to_owned()),
            scopes: token.scopes.clone(),
            scope_source: token.scope_source,
            requested: token.requested.clone(),
            received_at: token.received_at,
            expires_at: token.expires_at,
            lapses_at: token.lapses_at,
            origin: token.origin,
            extra: serde_json::to_value(&token.extra).map_err(|_| {
                Error::invalid_input("the token's own fields cannot be written").with_provider(P::NAME)
            })?,
            other: token.other.clone(),
        })
    }

    pub(crate) fn into_token<P: Provider>(mut self) -> Result<Token<P>, Error> {
        if self.provider != P::NAME {
            return Err(Error::new(
                ErrorKind::ForeignToken,
                format!("the stored token is one of `{}`", crate::text::tame(&self.provider, 40)),
            )
            .with_provider(P::NAME));
        }
        Ok(Token {
            access_token: take(&mut self.access_token).into(),
            refresh_token: self.refresh_token.take().map(Into::into),
            scopes: take(&mut self.scopes),
            scope_source: self.scope_source,
            requested: take(&mut self.requested),
            received_at: self.received_at,
            expires_at: self.expires_at,
            lapses_at: self.lapses_at,
            origin: self.origin,
            issuer: take(&mut self.issuer).into(),
            client_id: take(&mut self.client_id).into(),
            // The parser's own error could quote a value, and a value could be a secret.
            extra: serde_json::from_value(take(&mut self.extra)).map_err(|_| {
                Error::new(ErrorKind::InvalidResponse, "the stored token lacks the provider's own fields")
                    .with_provider(P::NAME)
                    .with_help("the customer must connect again")
            })?,
            other: take(&mut self.other),
            provider: PhantomData,
        })
    }
}

impl Drop for PersistedToken {
    fn drop(&mut self) {
        self.access_token.zeroize();
        self.refresh_token.zeroize();
        wipe(&mut self.extra);
        self.other.values_mut().for_each(wipe);
    }
}

/// What a reply holds beside its tokens may be a secret too: an `id_token`, say.
fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl fmt::Debug for PersistedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersistedToken")
            .field("provider", &self.provider)
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("scopes", &self.scopes.to_string())
            .field("received_at", &self.received_at)
            .field("expires_at", &self.expires_at)
            .field("lapses_at", &self.lapses_at)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
