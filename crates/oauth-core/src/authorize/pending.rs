//! State kept between the authorize URL and its callback.

use std::fmt;

use chrono::{DateTime, Utc};
use secrecy::zeroize::Zeroize as _;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use url::Url;

use crate::authorize::connect::StateRule;
use crate::client::app::RedirectUri;
use crate::provider::scopes::Scopes;
use crate::util::secret::{PkceVerifier, State};

/// A started attempt to connect: the URL for the user's browser, and the state to keep until the callback.
///
/// `Debug` shows neither the URL's query, which holds the `state`, nor the secrets of `pending`.
#[non_exhaustive]
pub struct StartedAuthorization {
    /// The authorize URL, for the user's browser.
    pub url: Url,
    /// State to keep until the callback, for example in the user's session. Other users must not reach it.
    pub pending: PendingAuthorization,
}

impl fmt::Debug for StartedAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut url = self.url.clone();
        url.set_query(None);
        f.debug_struct("StartedAuthorization")
            .field("url", &url.as_str())
            .field("pending", &self.pending)
            .finish()
    }
}

/// State between [`Client::begin`](crate::Client::begin) and [`Client::finish`](crate::Client::finish).
///
/// Serialize it into the user's session, where no other user can reach it: the serialized form holds the
/// `state` and the PKCE verifier in clear. `Debug` shows neither, and both are wiped when it is dropped.
#[derive(Clone, Serialize, Deserialize)]
pub struct PendingAuthorization {
    pub(crate) provider: String,
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: RedirectUri,
    pub(crate) scopes: Scopes,
    pub(crate) state: String,
    pub(crate) pkce_verifier: Option<String>,
    pub(crate) state_rule: StateRule,
    pub(crate) begun_at: DateTime<Utc>,
}

impl PendingAuthorization {
    /// The provider's name ([`Provider::NAME`](crate::Provider::NAME)).
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The requested scopes.
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// The time of [`Client::begin`](crate::Client::begin).
    pub fn begun_at(&self) -> DateTime<Utc> {
        self.begun_at
    }

    /// Returns the `state` that the callback must carry. A secret; [`State::fingerprint`] is the public form.
    pub fn state(&self) -> State {
        State::new(self.state.clone())
    }

    pub(crate) fn state_text(&self) -> &str {
        &self.state
    }

    /// Compares in constant time.
    pub(crate) fn is_state(&self, state: &str) -> bool {
        self.state.as_bytes().ct_eq(state.as_bytes()).into()
    }

    pub(crate) fn pkce_verifier(&self) -> Option<PkceVerifier> {
        self.pkce_verifier.clone().map(PkceVerifier::new)
    }
}

impl Drop for PendingAuthorization {
    fn drop(&mut self) {
        self.state.zeroize();
        self.pkce_verifier.zeroize();
    }
}

impl fmt::Debug for PendingAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingAuthorization")
            .field("provider", &self.provider)
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .field("scopes", &self.scopes)
            .field("state_rule", &self.state_rule)
            .field("begun_at", &self.begun_at)
            .finish_non_exhaustive()
    }
}
