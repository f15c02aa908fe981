//! Cohort Go portals, and the hosts that may receive their tokens.

use oauth_core::url::{Host, Url};
use oauth_core::{Error, ErrorKind, is_loopback, join, parse_base_url};

use crate::account::Account;

/// The provider's name in errors, stores and configuration.
pub(crate) const NAME: &str = "cohortgo";

/// A Cohort Go portal.
///
/// The portal authorizes and issues tokens. The API's base URL is part of the token response (`api_base_url`)
/// and differs by customer. Before a token is sent there, the URL must be https on `cohortgo.com` or a
/// subdomain, at the default port, so that a response cannot divert the token. Any other host must be
/// [allowed by name](Self::trusting_api_host).
///
/// ```
/// use cohortgo::Site;
///
/// # fn main() -> Result<(), cohortgo::Error> {
/// assert_eq!(Site::production().authorize_url().as_str(), "https://portal.cohortgo.com/oauth2/authorize");
/// // A sandbox: its API may be on any port of this machine, but not elsewhere.
/// let sandbox = Site::at("http://127.0.0.1:4010")?;
/// // Cohort Go behind a custom domain.
/// let own = Site::at("https://cohortgo.example.org")?.trusting_api_host("cohortgo.example.org")?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Site {
    authorize: Url,
    token: Url,
    on_loopback: bool,
    trusted: Vec<(String, u16)>,
}

impl Site {
    /// Cohort Go's production portal, `https://portal.cohortgo.com`.
    #[allow(clippy::missing_panics_doc)] // two constant URLs, which tests parse
    pub fn production() -> Self {
        let url = |path: &str| {
            Url::parse(&format!("https://portal.cohortgo.com/oauth2/{path}")).expect("a constant URL")
        };
        Self { authorize: url("authorize"), token: url("token"), on_loopback: false, trusted: Vec::new() }
    }

    /// The portal at a base URL, to which `/oauth2/authorize` and `/oauth2/token` are added: a customer's own
    /// portal or a sandbox.
    ///
    /// A portal on loopback may have its API on loopback at any port, but not elsewhere.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if the URL is malformed, neither https nor on loopback, or contains a user
    /// name, a query or a fragment.
    pub fn at(base: impl AsRef<str>) -> Result<Self, Error> {
        let base = parse_base_url(base.as_ref(), "use a URL like https://portal.cohortgo.com")
            .map_err(|error| error.with_provider(NAME))?;
        Ok(Self {
            authorize: join(&base, &["oauth2", "authorize"])?,
            token: join(&base, &["oauth2", "token"])?,
            on_loopback: is_loopback(&base),
            trusted: Vec::new(),
        })
    }

    /// Allows one more API host, such as `api.example.org` or `api.example.org:8443`: over https only, and
    /// without its subdomains.
    ///
    /// The operator of that host can read every token sent there.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if the text is not a host with an optional port.
    pub fn trusting_api_host(mut self, host: &str) -> Result<Self, Error> {
        let invalid = || {
            Error::invalid_input("the API host is not a host name")
                .with_help("use a name like api.example.org or api.example.org:8443")
        };
        if host.contains(|c: char| c.is_whitespace() || c.is_control() || "/\\@?#%".contains(c)) {
            return Err(invalid());
        }
        let url = Url::parse(&format!("https://{host}/")).map_err(|_| invalid())?;
        let named = url.host_str().filter(|host| !host.is_empty()).ok_or_else(invalid)?.to_owned();
        self.trusted.push((named, url.port_or_known_default().unwrap_or(443)));
        Ok(self)
    }

    /// The authorize endpoint.
    pub fn authorize_url(&self) -> &Url {
        &self.authorize
    }

    /// The API base URL of an account.
    ///
    /// # Errors
    /// [`ErrorKind::ForeignHost`] with the reason if a token may not be sent there.
    pub fn api_base<'a>(&self, account: &'a Account) -> Result<&'a Url, Error> {
        let url = &account.api_base_url;
        match self.rejection_reason(url) {
            None => Ok(url),
            Some(reason) => Err(Error::new(
                ErrorKind::ForeignHost,
                format!("the customer's API base URL {reason}"),
            )
            .with_host(authority(url))
            .with_help(
                "nothing was sent; if the API is really at that host, allow it with Site::trusting_api_host",
            )),
        }
    }

    /// The URL comes from a response, so it is untrusted.
    fn rejection_reason(&self, url: &Url) -> Option<&'static str> {
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
            return Some("has no host");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Some("contains a user name or password");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Some("has a query or a fragment");
        }
        if self.on_loopback && is_loopback(url) && matches!(url.scheme(), "http" | "https") {
            return None;
        }
        if url.scheme() != "https" {
            return Some("is not https");
        }
        let port = url.port_or_known_default();
        if self.trusted.iter().any(|(name, at)| name == host && Some(*at) == port) {
            return None;
        }
        if self.on_loopback {
            return Some("is not on loopback, but the portal is");
        }
        match url.host() {
            Some(Host::Domain(name)) if is_cohortgo(name) => {
                url.port().map(|_| "has a port other than the default")
            }
            _ => Some("is not at a host of Cohort Go"),
        }
    }
}

// The guides name `portal.cohortgo.com`, `demo.s.portal.cohortgo.com` and `partner123.portal.cohortgo.com`.
// `Url` has already lowered the case and converted to punycode. A trailing dot is rejected.
fn is_cohortgo(name: &str) -> bool {
    match name.strip_suffix("cohortgo.com") {
        Some("") => true,
        Some(below) => {
            below.strip_suffix('.').is_some_and(|labels| labels.split('.').all(|label| !label.is_empty()))
        }
        None => false,
    }
}

fn authority(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => url.scheme().to_owned(),
    }
}

impl oauth_core::Site<Account> for Site {
    fn token_url(&self) -> &Url {
        &self.token
    }

    /// Accepts only the token's own API: each customer has a different one.
    fn may_receive_token(&self, url: &Url, account: &Account) -> bool {
        self.api_base(account).is_ok_and(|base| base.origin() == url.origin())
    }
}

#[cfg(test)]
mod tests;
