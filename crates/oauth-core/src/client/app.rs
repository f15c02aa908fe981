//! `App`: the client registration at a provider.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::error::Error;
use crate::util::secret::{ClientId, ClientSecret, cut_line_end};

/// The client registration: id, secret and redirect URI.
///
/// ```
/// use oauth_core::App;
///
/// let app = App::new("some-test-app", "secret", "https://example.org/oauth2/code");
/// assert_eq!(app.client_id().as_str(), "some-test-app");
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct App {
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    redirect_uri: Option<RedirectUri>,
    /// The error of a redirect URI that cannot be used.
    fault: Option<Arc<Error>>,
}

impl App {
    /// Creates a confidential client with a redirect URI (RFC 6749 section 2.1): a [`RedirectUri`], or its
    /// text. [`ClientBuilder::build`](crate::ClientBuilder::build) fails if that is not one.
    pub fn new(
        client_id: impl Into<ClientId>,
        client_secret: impl Into<ClientSecret>,
        redirect_uri: impl TryInto<RedirectUri, Error: Into<Error>>,
    ) -> Self {
        Self::of(client_id, Some(client_secret.into())).with_redirect_uri(redirect_uri)
    }

    /// Creates a client without a redirect URI, for grants without a browser.
    pub fn without_redirect(client_id: impl Into<ClientId>, client_secret: impl Into<ClientSecret>) -> Self {
        Self::of(client_id, Some(client_secret.into()))
    }

    /// Creates a public client, which has no secret (RFC 6749 section 2.1). The redirect URI is as in
    /// [`new`](Self::new).
    pub fn public(
        client_id: impl Into<ClientId>,
        redirect_uri: impl TryInto<RedirectUri, Error: Into<Error>>,
    ) -> Self {
        Self::of(client_id, None).with_redirect_uri(redirect_uri)
    }

    fn with_redirect_uri(mut self, uri: impl TryInto<RedirectUri, Error: Into<Error>>) -> Self {
        match uri.try_into() {
            Ok(uri) => self.redirect_uri = Some(uri),
            Err(fault) => self.fault = Some(Arc::new(fault.into())),
        }
        self
    }

    /// Cuts one line end after id and secret, as files and pipes deliver them.
    fn of(client_id: impl Into<ClientId>, client_secret: Option<ClientSecret>) -> Self {
        let mut app = Self { client_id: client_id.into(), client_secret, redirect_uri: None, fault: None };
        cut_line_end(&mut app.client_id, ClientId::as_str);
        if let Some(secret) = &mut app.client_secret {
            cut_line_end(secret, ClientSecret::expose);
        }
        app
    }

    /// Checks what servers compare: id and secret are not empty, and printable ASCII (RFC 6749 appendices A.1
    /// and A.2).
    pub(crate) fn check(&self) -> Result<(), Error> {
        if let Some(fault) = &self.fault {
            return Err(fault.copied());
        }
        let is_none = self.client_secret.is_none() && self.redirect_uri.is_none();
        let id = self.client_id.as_str();
        if id.is_empty() && !is_none {
            return Err(Error::invalid_input("the client id is empty")
                .with_help("use the id of the client that is registered at the provider"));
        }
        let secret = self.client_secret.as_ref().map(ClientSecret::expose);
        if secret.is_some_and(str::is_empty) {
            return Err(Error::invalid_input("the client secret is empty")
                .with_help("use App::public for a client without a secret"));
        }
        for (name, text) in [("id", Some(id)), ("secret", secret)] {
            if text.is_some_and(|text| !text.bytes().all(|byte| matches!(byte, b' '..=b'~'))) {
                return Err(Error::invalid_input(format!(
                    "the client {name} contains a character that is not printable ASCII"
                ))
                .with_help("RFC 6749 does not allow it; copy the text again"));
            }
        }
        Ok(())
    }

    /// Creates an `App` for providers without a client registration.
    pub fn none() -> Self {
        Self { client_id: ClientId::new(""), client_secret: None, redirect_uri: None, fault: None }
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

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("client_id", &self.client_id)
            .field("client_secret", &self.client_secret)
            .field("redirect_uri", &self.redirect_uri)
            .finish()
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
        if url.cannot_be_a_base() && url.path().starts_with(|c: char| c.is_ascii_digit()) {
            // `localhost:8765/callback` would be a URI of the scheme `localhost`.
            return Err(Error::invalid_input("the redirect URI has a port but no scheme")
                .with_help("write it with the scheme, such as http://127.0.0.1:8765/callback"));
        }
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

impl TryFrom<&str> for RedirectUri {
    type Error = Error;

    fn try_from(uri: &str) -> Result<Self, Error> {
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
