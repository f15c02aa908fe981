//! Cobot's hosts and endpoint URLs.

use oauth_core::http::StatusCode;
use oauth_core::url::{Host, Url};
use oauth_core::{AccessToken, Error, NoExtra, Revocation, TokenCheck, is_loopback, join, parse_base_url};

use crate::subdomain::Subdomain;

/// Cobot's hosts: `www`, `api`, and one host for each space.
///
/// ```
/// let site = cobot::Site::production();
/// assert_eq!(site.authorize_url().as_str(), "https://www.cobot.me/oauth/authorize");
/// assert_eq!(
///     site.space_api_url(&"co-up".parse()?)?.as_str(),
///     "https://co-up.cobot.me/api"
/// );
/// # Ok::<(), cobot::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Site {
    /// The `www` host.
    base: Url,
    /// Domain of the spaces' hosts, such as `cobot.me`.
    parent: String,
    authorize: Url,
    token: Url,
    api: Url,
}

const HELP: &str = "use the root that replaces https://www.cobot.me, such as http://127.0.0.1:4002";

impl Site {
    /// Cobot's production site, <https://www.cobot.me>.
    ///
    /// # Panics
    /// Never: the URL is constant, and a test parses it.
    pub fn production() -> Self {
        Self::at("https://www.cobot.me").expect("a constant URL")
    }

    /// Cobot at another base URL, for tests: `base` replaces `https://www.cobot.me`.
    ///
    /// On loopback a space is at `SPACE.localhost` on the same port. Any other base must be a `www.` host
    /// over https; its spaces are subdomains of the same parent domain.
    ///
    /// ```
    /// let site = cobot::Site::at("http://127.0.0.1:4002")?;
    /// assert_eq!(site.authorize_url().as_str(), "http://127.0.0.1:4002/oauth/authorize");
    /// assert_eq!(site.space_url(&"co-up".parse()?)?.as_str(), "http://co-up.localhost:4002/");
    /// # Ok::<(), cobot::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](oauth_core::ErrorKind::InvalidInput) if the URL is malformed, neither
    /// https nor on loopback, has a path or a query, or is neither on loopback nor a `www.` host.
    pub fn at(base: &str) -> Result<Self, Error> {
        let invalid =
            |message: &'static str| Error::invalid_input(message).with_provider("cobot").with_help(HELP);
        let base = parse_base_url(base, HELP).map_err(|error| error.with_provider("cobot"))?;
        if base.path() != "/" {
            return Err(invalid("the base URL has a path"));
        }
        let parent = if is_loopback(&base) {
            "localhost".to_owned()
        } else {
            // At least two labels, so that a typing error cannot allow tokens on `*.com`.
            match base.host() {
                Some(Host::Domain(host)) => host.strip_prefix("www.").filter(|parent| parent.contains('.')),
                _ => None,
            }
            .ok_or_else(|| invalid("the base URL's host does not begin with `www.`"))?
            .to_owned()
        };
        Ok(Self {
            authorize: join(&base, &["oauth", "authorize"])?,
            token: join(&base, &["oauth", "access_token"])?,
            api: join(&base, &["api"])?,
            base,
            parent,
        })
    }

    /// Returns the root of the `www` host.
    pub fn base_url(&self) -> &Url {
        &self.base
    }

    /// Returns the URL of the authorize endpoint on `www`.
    pub fn authorize_url(&self) -> &Url {
        &self.authorize
    }

    /// Returns the base URL of endpoints outside a space: `https://www.cobot.me/api`
    /// (<https://dev.cobot.me/api-docs>).
    pub fn api_url(&self) -> &Url {
        &self.api
    }

    /// Returns the base URL of API 2: `https://api.cobot.me` (<https://dev.cobot.me/api2>); on loopback,
    /// `api.localhost` on the same port.
    ///
    /// # Errors
    /// As [`space_url`](Self::space_url).
    pub fn api2_url(&self) -> Result<Url, Error> {
        self.below_parent("api")
    }

    /// Returns the root of a space, such as `https://co-up.cobot.me/`.
    ///
    /// It is never a custom domain; Cobot itself redirects the browser to one.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](oauth_core::ErrorKind::InvalidInput) if the subdomain makes no valid host,
    /// which is not known to happen.
    pub fn space_url(&self, space: &Subdomain) -> Result<Url, Error> {
        self.below_parent(space.as_str())
    }

    fn below_parent(&self, label: &str) -> Result<Url, Error> {
        let mut url = self.base.clone();
        url.set_host(Some(&format!("{label}.{}", self.parent))).map_err(|source| {
            Error::invalid_input("the space's subdomain makes no valid host").with_source(source)
        })?;
        Ok(url)
    }

    /// Returns the base URL of a space's own API: `https://co-up.cobot.me/api`
    /// (<https://dev.cobot.me/api-docs>).
    ///
    /// # Errors
    /// As [`space_url`](Self::space_url).
    pub fn space_api_url(&self, space: &Subdomain) -> Result<Url, Error> {
        join(&self.space_url(space)?, &["api"])
    }

    /// Matches exactly one label below the parent domain.
    fn is_space_host(&self, host: &str) -> bool {
        host.strip_suffix(&self.parent)
            .and_then(|rest| rest.strip_suffix('.'))
            .is_some_and(|label| label.parse::<Subdomain>().is_ok())
    }
}

impl oauth_core::Site<NoExtra> for Site {
    /// `https://www.cobot.me/oauth/access_token`, for spaces too (<https://dev.cobot.me/page/oauth-flow>).
    fn token_url(&self) -> &Url {
        &self.token
    }

    /// `GET /api/access_tokens/:token` (<https://dev.cobot.me/api-docs/access-tokens>, 2026-11-29). It names
    /// no status for an unknown token; 404 is inferred from its path.
    fn token_check(&self, token: &AccessToken) -> Option<TokenCheck> {
        let url = join(&self.api, &["access_tokens", token.expose()]).ok()?;
        Some(TokenCheck::get(url).unknown_token_status(StatusCode::NOT_FOUND))
    }

    /// `DELETE /api/access_tokens/:token` (<https://dev.cobot.me/api-docs/access-tokens>, 2026-11-29).
    fn revocation(&self, token: &AccessToken) -> Option<Revocation> {
        join(&self.api, &["access_tokens", token.expose()]).ok().map(Revocation::delete)
    }

    /// Allows the `www` host, `api` (API 2) and the spaces: same scheme and port, one label below the parent
    /// domain.
    fn may_receive_token(&self, url: &Url, _: &NoExtra) -> bool {
        url.scheme() == self.base.scheme()
            && url.port() == self.base.port()
            && url
                .host_str()
                .is_some_and(|host| self.base.host_str() == Some(host) || self.is_space_host(host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oauth_core::Site as _;
    use proptest::prelude::*;

    fn may(site: &Site, url: &str) -> bool {
        site.may_receive_token(&url.parse().unwrap(), &NoExtra::default())
    }

    #[test]
    fn tokens_go_to_cobot_hosts_only() {
        let site = Site::production();
        for good in [
            "https://www.cobot.me/api/user",
            "https://api.cobot.me/user",
            "https://co-up.cobot.me/api/memberships",
            "https://CO-UP.cobot.me:443/api",
        ] {
            assert!(may(&site, good), "{good}");
        }
        for bad in [
            "http://www.cobot.me/api/user",
            "https://www.cobot.me:8443/api/user",
            "https://cobot.me/api/user",
            "https://a.b.cobot.me/api",
            "https://evilcobot.me/api",
            "https://www.evilcobot.me/api",
            "https://www.cobot.me.evil.example/api",
            "https://a_b.cobot.me/api",
            "https://.cobot.me/api",
            "https://www.cobot.me./api",
            "https://co-up.localhost/api",
        ] {
            assert!(!may(&site, bad), "{bad}");
        }
    }

    #[test]
    fn loopback_base_has_spaces_on_localhost() {
        for base in ["http://127.0.0.1:4002", "http://www.localhost:4002/", "http://localhost:4002"] {
            let site = Site::at(base).unwrap();
            assert!(may(&site, base));
            assert!(may(&site, "http://co-up.localhost:4002/api"));
            assert_eq!(site.api2_url().unwrap().as_str(), "http://api.localhost:4002/");
            assert_eq!(
                site.space_url(&"co-up".parse().unwrap()).unwrap().as_str(),
                "http://co-up.localhost:4002/"
            );
            for bad in [
                "http://co-up.localhost:4003/api",
                "https://co-up.localhost:4002/api",
                "http://a.b.localhost:4002/api",
                "http://127.0.0.2:4002/api",
                "https://www.cobot.me/api",
            ] {
                assert!(!may(&site, bad), "{base} {bad}");
            }
        }
        assert_eq!(
            Site::at("http://127.0.0.1:4002/").unwrap().token_url().as_str(),
            "http://127.0.0.1:4002/oauth/access_token"
        );
    }

    #[test]
    fn rejects_unusable_base_urls() {
        for bad in [
            "",
            "www.cobot.me",
            "http://www.cobot.me",
            "https://cobot.me",
            "https://www.com",
            "https://10.0.0.1",
            "https://www.cobot.me/x",
            "https://www.cobot.me/?x=1",
            "https://user:pw@www.cobot.me",
            "ftp://www.cobot.me",
        ] {
            let error = Site::at(bad).unwrap_err();
            assert_eq!(error.kind(), oauth_core::ErrorKind::InvalidInput, "{bad}");
        }
        assert!(Site::at("https://www.staging.example").is_ok());
    }

    proptest! {
        #[test]
        fn arbitrary_input_never_panics(base in ".{0,60}", host in "[a-z.:@/-]{0,40}") {
            let _ = Site::at(&base);
            if let Ok(url) = format!("https://{host}cobot.me/").parse::<Url>() {
                let label = url.host_str().unwrap().strip_suffix(".cobot.me");
                let ours = label.is_some_and(|label| label.parse::<Subdomain>().is_ok()) && url.port().is_none();
                prop_assert_eq!(Site::production().may_receive_token(&url, &NoExtra::default()), ours);
            }
        }
    }
}
