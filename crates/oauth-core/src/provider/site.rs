//! Base URLs of a provider, and where its tokens may be sent.

use std::fmt;

use url::Url;

use crate::error::Error;
use crate::provider::extra::NoExtra;
use crate::util::url_policy::check_url;

/// Where a provider lives.
pub trait Site<X = NoExtra>: Clone + fmt::Debug + Send + Sync + 'static {
    /// The token endpoint. Its origin is remembered with every token issued there. For a provider without one:
    /// the base URL under which its tokens are made.
    fn token_url(&self) -> &Url;

    /// Whether an access token may be sent to `url`. `extra` are the provider's own fields of that token.
    ///
    /// The default allows the token endpoint's origin alone. https, or http on loopback, is checked before this.
    fn may_receive_token(&self, url: &Url, extra: &X) -> bool {
        let _ = extra;
        url.origin() == self.token_url().origin()
    }

    /// Checked once, when a client is built.
    ///
    /// # Errors
    /// What is wrong with the site, by default only with its token URL.
    fn check(&self) -> Result<(), Error> {
        check_url(self.token_url())
    }

    /// PEM certificates of private authorities that this site's servers need. None by default.
    fn root_certificates(&self) -> &[Vec<u8>] {
        &[]
    }
}

/// A site of two fixed endpoints and one API host, for providers that need no more.
#[derive(Clone, Debug)]
pub struct FixedSite {
    authorize: Url,
    token: Url,
    api: Url,
}

impl FixedSite {
    /// A site at these URLs.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if one is no URL, or neither https nor on loopback.
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
