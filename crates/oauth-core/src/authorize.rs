//! The first step of connecting: the authorize URL, and what has to be remembered until the callback.

use std::fmt;

use chrono::{DateTime, Utc};
use secrecy::zeroize::Zeroize as _;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use url::Url;

use crate::provider::FixedSite;
use crate::{ClientId, Error, PkceVerifier, RedirectUri, Scopes, State};

/// What a provider's authorize URL is made of. Each provider has its own type of it: its scopes and parameters.
pub trait Connect<S> {
    /// The authorize endpoint at `site`, with scopes and parameters.
    ///
    /// # Errors
    /// If what was asked for cannot be had.
    fn authorization(&self, site: &S) -> Result<AuthorizationRequest, Error>;
}

/// Nothing but scopes, for a provider with nothing else on its authorize URL.
impl Connect<FixedSite> for Scopes {
    fn authorization(&self, site: &FixedSite) -> Result<AuthorizationRequest, Error> {
        Ok(AuthorizationRequest::at(site.authorize_url().clone()).scopes(self.clone()))
    }
}

/// An authorize request in core's words; core adds `client_id`, `redirect_uri`, `response_type`, `state` and PKCE.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuthorizationRequest {
    /// The authorize endpoint.
    pub endpoint: Url,
    /// `scope`.
    pub scopes: Scopes,
    /// The provider's own parameters.
    pub params: Vec<(&'static str, String)>,
    /// What the callback's `state` must be like.
    pub state_rule: StateRule,
}

impl AuthorizationRequest {
    /// An authorize request at this endpoint.
    pub fn at(endpoint: Url) -> Self {
        Self { endpoint, scopes: Scopes::none(), params: Vec::new(), state_rule: StateRule::Required }
    }

    /// Sets the scopes.
    #[must_use]
    pub fn scopes(mut self, scopes: Scopes) -> Self {
        self.scopes = scopes;
        self
    }

    /// Adds a parameter.
    #[must_use]
    pub fn param(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.params.push((name, value.into()));
        self
    }

    /// Sets the rule for `state`.
    #[must_use]
    pub fn state_rule(mut self, rule: StateRule) -> Self {
        self.state_rule = rule;
        self
    }
}

/// What a callback's `state` must be like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum StateRule {
    /// It must be there and be ours (RFC 6749 section 10.12).
    #[default]
    Required,
    /// It may be missing, because the server does not echo it; if it is there it must be ours. Gives up the
    /// protection against forged callbacks.
    MayBeMissing,
}

/// A begun attempt: where to send the person, and what to remember until they come back.
///
/// `Debug` shows neither the URL's query, which holds the `state`, nor the secrets of `pending`.
#[non_exhaustive]
pub struct StartedAuthorization {
    /// The authorize URL, for the person's browser.
    pub url: Url,
    /// To be kept, out of other people's reach, until the callback: in the person's session, say.
    pub pending: PendingAuthorization,
}

impl fmt::Debug for StartedAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut url = self.url.clone();
        url.set_query(None);
        f.debug_struct("Started").field("url", &url.as_str()).field("pending", &self.pending).finish()
    }
}

/// What has to be remembered between [`Client::begin`](crate::Client::begin) and
/// [`Client::finish`](crate::Client::finish).
///
/// Serializable on purpose, as sessions need it; it then holds the `state` and the PKCE verifier in clear, so keep it
/// where only this person's session can reach it. `Debug` shows neither, and both are wiped when it is dropped.
#[derive(Clone, Serialize, Deserialize)]
pub struct PendingAuthorization {
    pub(crate) provider: String,
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: RedirectUri,
    pub(crate) scopes: Scopes,
    state: String,
    pkce_verifier: Option<String>,
    pub(crate) state_rule: StateRule,
    pub(crate) begun_at: DateTime<Utc>,
}

impl PendingAuthorization {
    #[allow(clippy::too_many_arguments)] // one call, in begin(); a builder would only hide what is missing
    pub(crate) fn new(
        provider: &str,
        issuer: String,
        client_id: &ClientId,
        redirect_uri: &RedirectUri,
        scopes: Scopes,
        state: &State,
        pkce_verifier: Option<&PkceVerifier>,
        state_rule: StateRule,
        begun_at: DateTime<Utc>,
    ) -> Self {
        Self {
            provider: provider.to_owned(),
            issuer,
            client_id: client_id.as_str().to_owned(),
            redirect_uri: redirect_uri.clone(),
            scopes,
            state: state.expose().to_owned(),
            pkce_verifier: pkce_verifier.map(|verifier| verifier.expose().to_owned()),
            state_rule,
            begun_at,
        }
    }

    /// The provider's name ([`Provider::NAME`](crate::Provider::NAME)).
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The scopes asked for.
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// When the attempt was begun.
    pub fn begun_at(&self) -> DateTime<Utc> {
        self.begun_at
    }

    /// The `state` that the callback must bring. A secret; useful as the key under which an attempt is kept.
    pub fn state(&self) -> State {
        State::new(self.state.clone())
    }

    /// The `state`, not copied.
    pub(crate) fn state_text(&self) -> &str {
        &self.state
    }

    /// Compared in constant time.
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
        f.debug_struct("Pending")
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
