//! Cobot's authorize URL.

use oauth_core::{AuthorizationRequest, Error, Scopes, join};

use crate::site::Site;
use crate::subdomain::Subdomain;

/// Scopes of the authorize URL, and the space on whose host the user authorizes
/// (<https://dev.cobot.me/page/oauth-flow>).
///
/// ```
/// use cobot::{Connect, scope};
///
/// let anywhere = Connect::new([scope::READ_USER, scope::READ_MEMBERSHIPS]);
/// let in_an_iframe = anywhere.clone().on_space("betahaus".parse()?);
/// # Ok::<(), cobot::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Connect {
    scopes: Scopes,
    space: Option<Subdomain>,
}

impl Connect {
    /// Requests these scopes, on `www.cobot.me`.
    pub fn new(scopes: impl Into<Scopes>) -> Self {
        Self { scopes: scopes.into(), space: None }
    }

    /// Sends the user to the space's own host: for apps in an iframe on Cobot, in the context of a space.
    ///
    /// Users of a space with a custom domain may not be logged in on `cobot.me`. Cobot redirects the browser
    /// to the custom domain, so use the subdomain in that case too. The code is always exchanged on `www`.
    #[must_use]
    pub fn on_space(mut self, space: Subdomain) -> Self {
        self.space = Some(space);
        self
    }
}

impl oauth_core::Connect<Site> for Connect {
    fn authorization(&self, site: &Site) -> Result<AuthorizationRequest, Error> {
        let endpoint = match &self.space {
            None => site.authorize_url().clone(),
            Some(space) => join(&site.space_url(space)?, &["oauth", "authorize"])?,
        };
        Ok(AuthorizationRequest::at(endpoint).scopes(self.scopes.clone()))
    }
}
