//! What a provider declares.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::facts::Source;
use crate::{Dialect, Error, Renewal, Scheme};

/// A provider: its differences from RFC 6749 and the types that go with it. Implemented by a unit struct.
///
/// A whole provider is a declaration:
///
/// ```
/// use oauth_core::*;
///
/// #[derive(Debug)]
/// pub struct Example;
///
/// impl Provider for Example {
///     const NAME: &'static str = "example";
///     const DIALECT: Dialect = Dialect::rfc6749().scope_separator(',').client_auth(ClientAuth::BasicEncoded);
///     type Site = FixedSite;
///     type Extra = NoExtra;
///     type Scheme = Bearer;
///     type Renewal = ReusableRefreshToken;
/// }
///
/// impl CodeGrant for Example {
///     type Connect = Scopes; // nothing but scopes on its authorize URL
/// }
/// ```
pub trait Provider: Sized + Send + Sync + 'static {
    /// The provider's name: lower case, stable, stored with every token.
    const NAME: &'static str;
    /// Its name for people, as it writes it itself.
    const TITLE: &'static str = Self::NAME;
    /// How it differs from RFC 6749.
    const DIALECT: Dialect;
    /// Where that, and the rest that is known about it, was read, and when. For documentation and tests: nothing at run
    /// time reads it.
    const SOURCES: &'static [Source] = &[];
    /// Where it lives: fixed, per customer, or self-hosted.
    type Site: Site<Self::Extra>;
    /// Its own fields of the token reply.
    type Extra: Extra;
    /// How its API wants the access token.
    type Scheme: Scheme;
    /// What it does about refreshing.
    type Renewal: Renewal;
}

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
        crate::check_url(self.token_url())
    }

    /// PEM certificates of private authorities that this site's servers need. None by default.
    fn root_certificates(&self) -> &[Vec<u8>] {
        &[]
    }
}

/// A provider's own fields of the token reply; they are kept, and stored, with the token.
///
/// Implemented for everything that fits, under these rules:
/// - It is read from every token reply, that of a refresh too: a field that may be missing there is optional.
/// - It cannot read `access_token`, `token_type`, `refresh_token`, `expires_in` and `scope`, which core has read then.
/// - It names its fields. A map would take in what else the reply holds, secrets too.
/// - `Debug` must show no secret.
pub trait Extra: Clone + fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<T: Clone + fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static> Extra for T {}

/// No fields of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NoExtra {}

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
            crate::check_url(&url)?;
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
