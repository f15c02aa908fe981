//! The first step of connecting: the authorize URL, and what has to be remembered until the callback.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::error::Error;
use crate::provider::scopes::Scopes;
use crate::provider::site::FixedSite;

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
