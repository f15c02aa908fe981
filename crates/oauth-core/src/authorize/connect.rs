//! The contents of an authorize URL.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::error::Error;
use crate::provider::scopes::Scopes;
use crate::provider::site::FixedSite;

/// A provider's own type for its authorize URL: scopes and parameters.
pub trait Connect<S> {
    /// Returns the authorize endpoint at `site`, with scopes and parameters.
    ///
    /// # Errors
    /// If the provider does not offer the combination.
    fn authorization(&self, site: &S) -> Result<AuthorizationRequest, Error>;
}

/// A site whose authorize URL takes scopes alone. [`Scopes`] are then the provider's [`Connect`].
///
/// ```
/// # use oauth_core::{AuthorizeEndpoint, Site, url::Url};
/// #[derive(Clone, Debug)]
/// struct OnPremises {
///     authorize: Url,
///     token: Url,
/// }
///
/// impl Site for OnPremises {
///     fn token_url(&self) -> &Url {
///         &self.token
///     }
/// }
///
/// impl AuthorizeEndpoint for OnPremises {
///     fn authorize_url(&self) -> &Url {
///         &self.authorize
///     }
/// }
/// // `impl CodeGrant` with `type Connect = Scopes`
/// # fn connects<C: oauth_core::Connect<OnPremises>>() {}
/// # connects::<oauth_core::Scopes>();
/// ```
pub trait AuthorizeEndpoint {
    /// Returns the authorize endpoint (RFC 6749 section 3.1).
    fn authorize_url(&self) -> &Url;
}

impl AuthorizeEndpoint for FixedSite {
    fn authorize_url(&self) -> &Url {
        self.authorize_url()
    }
}

impl<S: AuthorizeEndpoint> Connect<S> for Scopes {
    fn authorization(&self, site: &S) -> Result<AuthorizationRequest, Error> {
        Ok(AuthorizationRequest::at(site.authorize_url().clone()).scopes(self.clone()))
    }
}

/// An authorize request. The client adds `client_id`, `redirect_uri`, `response_type`, `state` and PKCE.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuthorizationRequest {
    /// The authorize endpoint.
    pub endpoint: Url,
    /// `scope`.
    pub scopes: Scopes,
    /// The provider's own parameters.
    pub params: Vec<(&'static str, String)>,
    /// The rule for the callback's `state`.
    pub state_rule: StateRule,
}

impl AuthorizationRequest {
    /// Creates an authorize request for this endpoint.
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

/// The rule for a callback's `state`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum StateRule {
    /// It must be present and match (RFC 6749 section 10.12).
    #[default]
    Required,
    /// It may be missing, and must match if present. For servers that do not echo it; callbacks can then be
    /// forged.
    MayBeMissing,
}
