//! The address of a GoCD server.

use std::fmt;

use oauth_core::http::HeaderValue;
use oauth_core::url::Url;
use oauth_core::{AccessToken, Error, TokenCheck, join, parse_base_url};

/// The provider's name in errors, stores and configuration.
pub(crate) const NAME: &str = "gocd";

/// Returns the `Accept` header of a version of the API. The versions are those of each resource.
pub(crate) fn accept(version: u8) -> HeaderValue {
    HeaderValue::from_static(match version {
        1 => "application/vnd.go.cd.v1+json",
        2 => "application/vnd.go.cd.v2+json",
        3 => "application/vnd.go.cd.v3+json",
        4 => "application/vnd.go.cd.v4+json",
        7 => "application/vnd.go.cd.v7+json",
        11 => "application/vnd.go.cd.v11+json",
        _ => "application/vnd.go.cd+json",
    })
}

/// A self-hosted GoCD server.
///
/// The base URL consists of host, port (8154 for TLS) and, where it is not `/go`, the context path.
///
/// ```
/// use gocd::Site;
///
/// # fn main() -> Result<(), gocd::Error> {
/// // The context path is /go unless the URL has a path.
/// assert_eq!(Site::at("https://go.example.com:8154")?.url().as_str(), "https://go.example.com:8154/go");
/// assert_eq!(Site::at("https://ci.example.com/builds")?.url().as_str(), "https://ci.example.com/builds");
/// // Behind a proxy that hides the context path:
/// assert_eq!(Site::at("https://ci.example.com")?.without_context_path().url().as_str(), "https://ci.example.com/");
/// assert!(Site::at("http://go.example.com:8153").is_err()); // http is for loopback only
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Site {
    base: Url,
    authorize: Url,
    token: Url,
    roots: Vec<Vec<u8>>,
}

impl Site {
    /// The server at this base URL.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](oauth_core::ErrorKind::InvalidInput) if the URL is malformed, neither
    /// https nor on loopback, or contains a user name, a query or a fragment.
    pub fn at(base: impl AsRef<str>) -> Result<Self, Error> {
        let help = "use a URL like https://go.example.com:8154, with the context path if that is not /go";
        let mut base = parse_base_url(base.as_ref(), help).map_err(|error| error.with_provider(NAME))?;
        if base.path() == "/" {
            base.set_path("/go");
        }
        Self::new(base)
    }

    fn new(mut base: Url) -> Result<Self, Error> {
        let path = base.path().trim_end_matches('/').to_owned();
        base.set_path(&path);
        Ok(Self {
            authorize: join(&base, &["oauth", "authorize"])?,
            token: join(&base, &["oauth", "token"])?,
            base,
            roots: Vec::new(),
        })
    }

    /// The same server with its pages directly below the host, as some proxies serve them.
    #[must_use]
    pub fn without_context_path(self) -> Self {
        let mut base = self.base.clone();
        base.set_path("/");
        match Self::new(base) {
            Ok(site) => Self { roots: self.roots, ..site },
            Err(_) => self,
        }
    }

    /// Trusts the server's own certificate authority (PEM), which many GoCD servers have.
    #[must_use]
    pub fn trusting(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots.push(pem.into());
        self
    }

    /// Returns the base URL, including the context path.
    pub fn url(&self) -> &Url {
        &self.base
    }

    /// Returns the URL of the authorize endpoint.
    ///
    /// The OAuth page writes `/oauth/authorize` once and `/go/oauth/token` another time; the server mounts
    /// both below the context path (gocd/gocd `config/routes.rb`).
    pub fn authorize_url(&self) -> &Url {
        &self.authorize
    }

    /// Returns a URL below the base URL.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](oauth_core::ErrorKind::InvalidInput) if a segment is empty, `.` or `..`.
    pub fn join(&self, segments: &[&str]) -> Result<Url, Error> {
        join(&self.base, segments)
    }
}

impl oauth_core::Site for Site {
    fn token_url(&self) -> &Url {
        &self.token
    }

    /// `GET /api/current_user` (api.gocd.org, "Current User"), 2026-11-29: every token may call it.
    fn token_check(&self, _: &AccessToken) -> Option<TokenCheck> {
        Some(TokenCheck::get(self.join(&["api", "current_user"]).ok()?).accept(accept(1)))
    }

    fn root_certificates(&self) -> &[Vec<u8>] {
        &self.roots
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site")
            .field("url", &self.base.as_str())
            .field("own_roots", &self.roots.len())
            .finish()
    }
}
