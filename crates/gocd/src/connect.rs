//! GoCD's authorize URL.

use oauth_core::{AuthorizationRequest, Error};

use crate::site::Site;

/// GoCD's authorize URL, which has no options. There are no scopes: a token has all rights of its user.
///
/// ```
/// # fn main() -> Result<(), gocd::Error> {
/// let site = gocd::Site::at("https://go.example.com:8154")?;
/// let app = gocd::App::new("id", "secret", "http://www.my_redirect_uri.com");
/// let started = gocd::Client::new(site, app)?.begin(&gocd::Connect::new())?;
/// assert!(started.url.as_str().starts_with("https://go.example.com:8154/go/oauth/authorize?response_type=code&"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Connect {}

impl Connect {
    /// Creates the only value.
    pub fn new() -> Self {
        Self {}
    }
}

impl oauth_core::Connect<Site> for Connect {
    fn authorization(&self, site: &Site) -> Result<AuthorizationRequest, Error> {
        Ok(AuthorizationRequest::at(site.authorize_url().clone()))
    }
}
