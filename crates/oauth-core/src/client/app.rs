//! `App`: the client registration at a provider.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::error::Error;
use crate::util::secret::{ClientId, ClientSecret};

/// The client registration: id, secret and redirect URI.
///
/// ```
/// use oauth_core::{App, RedirectUri};
///
/// # fn main() -> Result<(), oauth_core::Error> {
/// let app = App::new("some-test-app", "secret", RedirectUri::new("https://example.org/oauth2/code")?);
/// assert_eq!(app.client_id().as_str(), "some-test-app");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct App {
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    redirect_uri: Option<RedirectUri>,
}

impl App {
    /// Creates a confidential client with a redirect URI (RFC 6749 section 2.1).
    pub fn new(
        client_id: impl Into<ClientId>,
        client_secret: impl Into<ClientSecret>,
        redirect_uri: RedirectUri,
    ) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: Some(client_secret.into()),
            redirect_uri: Some(redirect_uri),
        }
    }

    /// Creates a client without a redirect URI, for grants without a browser.
    pub fn without_redirect(client_id: impl Into<ClientId>, client_secret: impl Into<ClientSecret>) -> Self {
        Self { client_id: client_id.into(), client_secret: Some(client_secret.into()), redirect_uri: None }
    }

    /// Creates a public client, which has no secret (RFC 6749 section 2.1).
    pub fn public(client_id: impl Into<ClientId>, redirect_uri: RedirectUri) -> Self {
        Self { client_id: client_id.into(), client_secret: None, redirect_uri: Some(redirect_uri) }
    }

    /// Creates an `App` for providers without a client registration.
    pub fn none() -> Self {
        Self { client_id: ClientId::new(""), client_secret: None, redirect_uri: None }
    }

    /// The client's identifier.
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// The client's secret, if it has one.
    pub fn client_secret(&self) -> Option<&ClientSecret> {
        self.client_secret.as_ref()
    }

    /// The redirect URI, if there is one.
    pub fn redirect_uri(&self) -> Option<&RedirectUri> {
        self.redirect_uri.as_ref()
    }
}

/// The redirect URI of a registration (RFC 6749 section 3.1.2).
///
/// Sent exactly as given, never normalised: providers compare it as a string.
///
/// ```
/// use oauth_core::RedirectUri;
///
/// assert_eq!(RedirectUri::new("https://Example.org/cb/?x=1").unwrap().as_str(), "https://Example.org/cb/?x=1");
/// assert!(RedirectUri::new("www.my_redirect_uri.com").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri(String);

impl RedirectUri {
    /// Checks that it is an absolute URI without a fragment (RFC 6749 section 3.1.2).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) otherwise.
    pub fn new(uri: impl Into<String>) -> Result<Self, Error> {
        let uri = uri.into();
        let help =
            "give the absolute URI that is registered at the provider, such as https://example.org/callback";
        let url = Url::parse(&uri).map_err(|source| {
            Error::invalid_input("the redirect URI cannot be read").with_help(help).with_source(source)
        })?;
        if uri.contains('#') || url.fragment().is_some() {
            return Err(Error::invalid_input("the redirect URI has a fragment").with_help(help));
        }
        if uri.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(Error::invalid_input("the redirect URI holds white space").with_help(help));
        }
        Ok(Self(uri))
    }

    /// The URI as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RedirectUri {
    type Err = Error;

    fn from_str(uri: &str) -> Result<Self, Error> {
        Self::new(uri)
    }
}

impl TryFrom<String> for RedirectUri {
    type Error = Error;

    fn try_from(uri: String) -> Result<Self, Error> {
        Self::new(uri)
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> Self {
        uri.0
    }
}
