//! Where Cobot lives.

use oauth_core::url::{Host, Url};
use oauth_core::{Error, NoExtra, is_loopback, join};

use crate::Subdomain;

/// Where Cobot lives: the `www` host, and beside it one host for each space.
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
    /// What follows the label of a space in its host.
    parent: String,
    authorize: Url,
    token: Url,
    api: Url,
}

impl Site {
    /// <https://www.cobot.me>.
    ///
    /// # Panics
    /// Never: the URL is fixed, and a test reads it.
    pub fn production() -> Self {
        Self::at("https://www.cobot.me").expect("a constant URL")
    }

    /// Cobot played elsewhere, for tests: `base` stands for `https://www.cobot.me`.
    ///
    /// On loopback a space is at `SPACE.localhost` on the same port. Any other base must be a `www.` host over https;
    /// its spaces are beside it.
    ///
    /// ```
    /// let site = cobot::Site::at("http://127.0.0.1:4002")?;
    /// assert_eq!(site.authorize_url().as_str(), "http://127.0.0.1:4002/oauth/authorize");
    /// assert_eq!(site.space_url(&"co-up".parse()?)?.as_str(), "http://co-up.localhost:4002/");
    /// # Ok::<(), cobot::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](oauth_core::ErrorKind::InvalidInput) if it is no URL, neither https nor on loopback,
    /// has a path or a query, or is neither loopback nor a `www.` host.
    pub fn at(base: &str) -> Result<Self, Error> {
        let wrong = |what: &'static str| {
            Error::invalid_input(what).with_provider("cobot").with_help(
                "give the root that stands for https://www.cobot.me, such as http://127.0.0.1:4002",
            )
        };
        let base =
            Url::parse(base).map_err(|source| wrong("the base URL cannot be read").with_source(source))?;
        oauth_core::check_url(&base).map_err(|error| error.with_provider("cobot"))?;
        if base.path() != "/" || base.query().is_some() {
            return Err(wrong("the base URL has a path or a query"));
        }
        let parent = if is_loopback(&base) {
            "localhost".to_owned()
        } else {
            // Two labels at least, so that nobody's typing error makes `*.com` a place for tokens.
            match base.host() {
                Some(Host::Domain(host)) => host.strip_prefix("www.").filter(|parent| parent.contains('.')),
                _ => None,
            }
            .ok_or_else(|| wrong("the base URL is not that of a `www.` host"))?
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

    /// The root of the `www` host.
    pub fn base_url(&self) -> &Url {
        &self.base
    }

    /// The authorize endpoint on `www`.
    pub fn authorize_url(&self) -> &Url {
        &self.authorize
    }

    /// The base URL of what concerns no single space: `https://www.cobot.me/api`
    /// (<https://dev.cobot.me/api-docs>).
    pub fn api_url(&self) -> &Url {
        &self.api
    }

    /// The root of a space: `https://co-up.cobot.me/`. Never a custom domain; where a space has one, Cobot moves the
    /// browser there itself.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](oauth_core::ErrorKind::InvalidInput) if no host can be made of it; not known to
    /// happen.
    pub fn space_url(&self, space: &Subdomain) -> Result<Url, Error> {
        let mut url = self.base.clone();
        url.set_host(Some(&format!("{space}.{}", self.parent))).map_err(|source| {
            Error::invalid_input("no host can be made of the space's subdomain").with_source(source)
        })?;
        Ok(url)
    }

    /// The base URL of a space's own API: `https://co-up.cobot.me/api` (<https://dev.cobot.me/api-docs>).
    ///
    /// # Errors
    /// As [`space_url`](Self::space_url).
    pub fn space_api_url(&self, space: &Subdomain) -> Result<Url, Error> {
        join(&self.space_url(space)?, &["api"])
    }

    /// The space that `host` is the host of, if it is one of this site: exactly one label under the parent domain.
    fn is_beside(&self, host: &str) -> bool {
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

    /// The `www` host, `api` (API 2) and the spaces: in each case the same scheme and port, and one label only.
    fn may_receive_token(&self, url: &Url, _: &NoExtra) -> bool {
        url.scheme() == self.base.scheme()
            && url.port() == self.base.port()
            && url.host_str().is_some_and(|host| self.base.host_str() == Some(host) || self.is_beside(host))
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
    fn tokens_go_to_cobot_and_nowhere_else() {
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
    fn a_test_base_has_its_spaces_on_localhost_and_the_same_port() {
        for base in ["http://127.0.0.1:4002", "http://www.localhost:4002/", "http://localhost:4002"] {
            let site = Site::at(base).unwrap();
            assert!(may(&site, base));
            assert!(may(&site, "http://co-up.localhost:4002/api"));
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
    fn a_bad_base_is_refused() {
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
        fn no_base_and_no_url_makes_it_panic(base in ".{0,60}", host in "[a-z.:@/-]{0,40}") {
            let _ = Site::at(&base);
            if let Ok(url) = format!("https://{host}cobot.me/").parse::<Url>() {
                let label = url.host_str().unwrap().strip_suffix(".cobot.me");
                let ours = label.is_some_and(|label| label.parse::<Subdomain>().is_ok()) && url.port().is_none();
                prop_assert_eq!(Site::production().may_receive_token(&url, &NoExtra::default()), ours);
            }
        }
    }
}
