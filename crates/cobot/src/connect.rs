//! The first step of connecting a person.

use oauth_core::{AuthorizationRequest, Error, Scopes, join};

use crate::{Site, Subdomain};

/// What the authorize URL is made of: scopes, and the space on whose host it happens
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
    /// Asks for these scopes, on `www.cobot.me`.
    pub fn new(scopes: impl Into<Scopes>) -> Self {
        Self { scopes: scopes.into(), space: None }
    }

    /// Sends the person to the space's own host: for apps in an iframe on Cobot, in the context of a space.
    ///
    /// People of a space with a custom domain may not be logged in on `cobot.me`. Cobot moves the browser to that domain
    /// itself, so give the subdomain also where there is a custom domain. The token is asked for on `www` all the same.
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
