//! A provider's base URLs, and the hosts that may receive its tokens.

use std::fmt;

use url::Url;

use crate::error::Error;
use crate::provider::extra::NoExtra;
use crate::provider::revocation::Revocation;
use crate::provider::token_check::TokenCheck;
use crate::util::secret::AccessToken;
use crate::util::url_policy::check_url;

/// A provider's base URLs.
pub trait Site<X = NoExtra>: Clone + fmt::Debug + Send + Sync + 'static {
    /// Returns the token endpoint, whose origin is kept with every token. A provider without one returns the
    /// base URL under which its tokens are created.
    fn token_url(&self) -> &Url;

    /// Returns true if an access token may be sent to `url`. `extra` holds the token's provider fields.
    ///
    /// The default allows only the token endpoint's origin. `url` has already passed [`check_url`].
    fn may_receive_token(&self, url: &Url, extra: &X) -> bool {
        let _ = extra;
        url.origin() == self.token_url().origin()
    }

    /// Returns the provider's own call that tells if a token is valid. None by default.
    ///
    /// [`Connection::send`](crate::connections::Connection::send) makes it after repeated 401 responses
    /// without evidence, if the token cannot be refreshed.
    fn token_check(&self, token: &AccessToken) -> Option<TokenCheck> {
        let _ = token;
        None
    }

    /// Returns the provider's call that revokes a token. None by default.
    /// [`Connections::disconnect`](crate::connections::Connections::disconnect) makes it.
    fn revocation(&self, token: &AccessToken) -> Option<Revocation> {
        let _ = token;
        None
    }

    /// Checks the site when a client is built. The default checks the token URL.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the site cannot be used.
    fn check(&self) -> Result<(), Error> {
        check_url(self.token_url())
    }

    /// Returns PEM certificates of private authorities that this site's servers need. None by default.
    fn root_certificates(&self) -> &[Vec<u8>] {
        &[]
    }
}

/// A site with two fixed endpoints and one API host.
#[derive(Clone, Debug)]
pub struct FixedSite {
    authorize: Url,
    token: Url,
    api: Url,
}

impl FixedSite {
    /// Creates a site with these URLs.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if one is not a URL, or neither https
    /// nor on loopback.
    pub fn new(authorize: &str, token: &str, api: &str) -> Result<Self, Error> {
        let parse = |text: &str| -> Result<Url, Error> {
            let url = Url::parse(text)
                .map_err(|source| Error::invalid_input("a URL cannot be read").with_source(source))?;
            check_url(&url)?;
            Ok(url)
        };
        Ok(Self { authorize: parse(authorize)?, token: parse(token)?, api: parse(api)? })
    }

    /// The authorize endpoint.
    pub fn authorize_url(&self) -> &Url {
        &self.authorize
    }

    /// The API's base URL.
    pub fn api_url(&self) -> &Url {
        &self.api
    }
}

impl<X> Site<X> for FixedSite {
    fn token_url(&self) -> &Url {
        &self.token
    }

    fn may_receive_token(&self, url: &Url, _: &X) -> bool {
        [&self.token, &self.api].iter().any(|own| own.origin() == url.origin())
    }
}
