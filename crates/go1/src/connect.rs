//! Go1's authorize URL.

use oauth_core::{AuthorizationRequest, Error, Scopes};

use crate::site::Site;

/// Scopes of the authorize URL, and the partner that a new portal is linked to.
///
/// ```
/// use go1::{Connect, scope};
///
/// let connect = Connect::new([scope::USER_READ, scope::LO_READ]).partner_portal(7654321);
/// ```
///
/// Source: the guide to the OAuth Connect Flow,
/// <https://www.go1.com/developers/partners/concepts/connect-a-portal-via-oauth>.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Connect {
    scopes: Scopes,
    partner_portal: Option<u64>,
}

impl Connect {
    /// Requests these scopes.
    pub fn new(scopes: impl Into<Scopes>) -> Self {
        Self { scopes: scopes.into(), partner_portal: None }
    }

    /// Links a portal that is created during the flow to this partner (`partner_portal_id`), for reporting
    /// and billing. Go1 tells partners their id.
    #[must_use]
    pub fn partner_portal(mut self, id: u64) -> Self {
        self.partner_portal = Some(id);
        self
    }
}

impl oauth_core::Connect<Site> for Connect {
    fn authorization(&self, site: &Site) -> Result<AuthorizationRequest, Error> {
        let authorization =
            AuthorizationRequest::at(site.authorize_url().clone()).scopes(self.scopes.clone());
        Ok(match self.partner_portal {
            Some(id) => authorization.param("partner_portal_id", id.to_string()),
            None => authorization,
        })
    }
}
