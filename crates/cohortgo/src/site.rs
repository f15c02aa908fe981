//! Where Cohort Go lives, and where its tokens may go.

use oauth_core::url::{Host, Url};
use oauth_core::{Error, ErrorKind, Provider, check_url, is_loopback, join};

use crate::{Account, CohortGo};

/// A Cohort Go portal.
///
/// The portal authorizes and gives out tokens. The API is wherever the token reply says (`api_base_url`), by customer;
/// before a token goes there, the URL must be https on `cohortgo.com` or a host below it, at the ordinary port. A reply
/// can thus not send the token elsewhere. Another host has to be [named](Self::trusting_api_host).
///
/// ```
/// use cohortgo::Site;
///
/// # fn main() -> Result<(), cohortgo::Error> {
/// assert_eq!(Site::production().authorize_url().as_str(), "https://portal.cohortgo.com/oauth2/authorize");
/// // A sandbox: its API may be on any port of this machine, and nowhere else.
/// let sandbox = Site::at("http://127.0.0.1:4010")?;
/// // Cohort Go behind a name of your own.
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
    /// `https://portal.cohortgo.com`, as the guide has it.
    #[allow(clippy::missing_panics_doc)] // it cannot: two constant URLs, which tests parse
    pub fn production() -> Self {
        let url = |path: &str| {
            Url::parse(&format!("https://portal.cohortgo.com/oauth2/{path}")).expect("a constant URL")
        };
        Self { authorize: url("authorize"), token: url("token"), on_loopback: false, trusted: Vec::new() }
    }

    /// The portal at this base URL, to which `/oauth2/authorize` and `/oauth2/token` are added: a customer's own portal
    /// or a sandbox.
    ///
    /// A portal on loopback may name an API on loopback, at any port, and none elsewhere.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if it is no URL, neither https nor on loopback, or holds a user name, a query or a
    /// fragment.
    pub fn at(base: impl AsRef<str>) -> Result<Self, Error> {
        let advice = "give it like https://portal.cohortgo.com";
        let wrong = |error: Error| error.with_provider(CohortGo::NAME).with_help(advice);
        let base = Url::parse(base.as_ref().trim()).map_err(|source| {
            wrong(Error::invalid_input("the portal's URL cannot be read").with_source(source))
        })?;
        check_url(&base).map_err(wrong)?;
        if base.query().is_some() {
            return Err(wrong(Error::invalid_input("the portal's URL has a query")));
        }
        Ok(Self {
            authorize: join(&base, &["oauth2", "authorize"])?,
            token: join(&base, &["oauth2", "token"])?,
            on_loopback: is_loopback(&base),
            trusted: Vec::new(),
        })
    }

    /// Lets tokens go to this host as well, if a token reply names it: `api.example.org`, or with a port
    /// `api.example.org:8443`. Only over https, and only this host, not those below it.
    ///
    /// Whoever runs that host can read every token that goes there.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if it is not a host with or without a port.
    pub fn trusting_api_host(mut self, host: &str) -> Result<Self, Error> {
        let wrong = || {
            Error::invalid_input("this is not a host name")
                .with_help("give it like api.example.org or api.example.org:8443")
        };
        if host.contains(|c: char| c.is_whitespace() || c.is_control() || "/\\@?#%".contains(c)) {
            return Err(wrong());
        }
        let url = Url::parse(&format!("https://{host}/")).map_err(|_| wrong())?;
        let named = url.host_str().filter(|host| !host.is_empty()).ok_or_else(wrong)?.to_owned();
        self.trusted.push((named, url.port_or_known_default().unwrap_or(443)));
        Ok(self)
    }

    /// The authorize endpoint.
    pub fn authorize_url(&self) -> &Url {
        &self.authorize
    }

    /// The API base URL of an account, if a token may go there.
    ///
    /// # Errors
    /// [`ErrorKind::ForeignHost`] if not, with the reason.
    pub fn api_base<'a>(&self, account: &'a Account) -> Result<&'a Url, Error> {
        let url = &account.api_base_url;
        match self.objection(url) {
            None => Ok(url),
            Some(what) => {
                Err(Error::new(ErrorKind::ForeignHost, format!("the customer's API base URL {what}"))
                    .with_host(authority(url))
                    .with_help(
                        "nothing was sent; if that is where the API really is, see Site::trusting_api_host",
                    ))
            }
        }
    }

    /// What speaks against this API base URL. It comes from a reply, so it is taken as hostile.
    fn objection(&self, url: &Url) -> Option<&'static str> {
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
            return Some("has no host");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Some("holds a user name or password");
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
            return Some("is not on loopback, and the portal is");
        }
        match url.host() {
            Some(Host::Domain(name)) if is_cohortgo(name) => url.port().map(|_| "has an unusual port"),
            _ => Some("is not at a host of Cohort Go"),
        }
    }
}

/// `cohortgo.com` or a name below it. The guides name `portal.cohortgo.com`, `demo.s.portal.cohortgo.com` and
/// `partner123.portal.cohortgo.com`.
// `Url` has already lowered the case and written other alphabets as `xn--…`. A trailing dot is not ours.
fn is_cohortgo(name: &str) -> bool {
    match name.strip_suffix("cohortgo.com") {
        Some("") => true,
        Some(below) => {
            below.strip_suffix('.').is_some_and(|labels| labels.split('.').all(|label| !label.is_empty()))
        }
        None => false,
    }
}

/// Host and port, for messages.
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

    /// Only the token's own API: the right kind of host is not enough, since each customer has their own.
    fn may_receive_token(&self, url: &Url, account: &Account) -> bool {
        self.api_base(account).is_ok_and(|base| base.origin() == url.origin())
    }
}

#[cfg(test)]
mod tests;
