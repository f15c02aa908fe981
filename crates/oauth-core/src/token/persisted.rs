//! The only form in which a token is persisted.

use std::fmt;
use std::mem::take;

use secrecy::zeroize::Zeroize as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
#[cfg(feature = "connections")]
use crate::token::lineage::Lineage;
use crate::token::token::{Token, TokenData};
use crate::util::redact::sanitize;

/// A token as it is persisted: every secret in clear, so encrypt what you write.
///
/// `Debug` shows no secret, and all of them are wiped when it is dropped. Unknown fields are ignored and
/// missing optional ones are empty, so that older versions read newer rows and vice versa.
#[derive(Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PersistedToken {
    provider: String,
    #[serde(flatten)]
    data: TokenData,
    #[serde(default)]
    extra: Value,
}

impl<P: Provider> Token<P> {
    /// Returns the form in which a token is persisted, secrets in clear. The only way to serialize a token.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if the provider's own fields cannot be serialized.
    pub fn to_persisted(&self) -> Result<PersistedToken, Error> {
        let extra = serde_json::to_value(&self.extra).map_err(|_| {
            Error::invalid_input("the token's own fields cannot be serialized").with_provider(P::NAME)
        })?;
        Ok(PersistedToken { provider: P::NAME.to_owned(), data: self.data.clone(), extra })
    }

    /// Restores a token from its persisted form.
    ///
    /// # Errors
    /// [`ErrorKind::ForeignToken`] if another provider issued it, [`ErrorKind::InvalidResponse`] if the
    /// provider's own fields are missing.
    pub fn from_persisted(mut persisted: PersistedToken) -> Result<Self, Error> {
        if persisted.provider != P::NAME {
            let provider = sanitize(&persisted.provider, 40);
            return Err(Error::new(
                ErrorKind::ForeignToken,
                format!("the stored token is one of `{provider}`"),
            )
            .with_provider(P::NAME));
        }
        // The parser's own error could quote a value, and a value could be a secret.
        let extra = serde_json::from_value(take(&mut persisted.extra)).map_err(|_| {
            Error::new(ErrorKind::InvalidResponse, "the stored token lacks the provider's own fields")
                .with_provider(P::NAME)
                .with_help(P::DIALECT.reconnect_help)
        })?;
        Ok(Self { data: persisted.data.clone(), extra })
    }
}

#[cfg(feature = "connections")]
impl PersistedToken {
    pub(crate) fn lineage(&self) -> Lineage {
        self.data.lineage
    }
}

impl Drop for PersistedToken {
    fn drop(&mut self) {
        wipe(&mut self.extra);
        self.data.other.values_mut().for_each(wipe);
    }
}

/// A response may hold secrets beside its tokens, for example an `id_token`.
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
            .field("issuer", &self.data.issuer)
            .field("client_id", &self.data.client_id)
            .field("scopes", &self.data.scopes.to_string())
            .field("received_at", &self.data.received_at)
            .field("expires_at", &self.data.expires_at)
            .field("lapses_at", &self.data.lapses_at)
            .field("origin", &self.data.origin)
            .finish_non_exhaustive()
    }
}
