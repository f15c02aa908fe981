//! Go1's hosts and endpoint URLs.

use oauth_core::http::HeaderValue;
use oauth_core::url::Url;
use oauth_core::{AccessToken, Error, NoExtra, TokenCheck, join, parse_base_url};

/// The provider's name in errors, stores and configuration.
pub(crate) const NAME: &str = "go1";

/// The gateway's API version that this crate is written for.
const API_VERSION: &str = "2025-01-01";

/// Go1's three hosts: authorization, version 2 of the API, and the gateway with the newer API.
///
/// ```
/// use go1::Site;
///
/// # fn main() -> Result<(), go1::Error> {
/// assert_eq!(Site::production().authorize_url().as_str(), "https://auth.go1.com/oauth/authorize");
///
/// // One base URL for all three: a sandbox on loopback, or a proxy.
/// let site = Site::at("http://127.0.0.1:4000")?;
/// assert_eq!(site.api_url().as_str(), "http://127.0.0.1:4000/v2");
/// assert_eq!(site.gateway_url().as_str(), "http://127.0.0.1:4000/gateway");
///
/// // Production with another gateway.
/// let site = Site::production().with_gateway("https://go1-proxy.example.com/gateway")?;
/// # Ok(())
/// # }
/// ```
///
/// An access token is sent to these three origins only.
#[derive(Clone, Debug)]
pub struct Site {
    authorize: Url,
    token: Url,
    validate: Url,
    api: Url,
    gateway: Url,
    api_version: HeaderValue,
}

impl Site {
    /// Go1's production site: `https://auth.go1.com` (OAuth Connect Flow guide), `https://api.go1.com/v2`
    /// (the pages on the grants), `https://gateway.go1.com` (the REST reference).
    pub fn production() -> Self {
        Self::known("https://auth.go1.com", "https://api.go1.com/v2", "https://gateway.go1.com")
    }

    /// Go1's QA environment: `https://auth.qa.go1.cloud`, `https://public.qa.go1.cloud/v2`,
    /// `https://gateway.qa.go1.cloud`. Not documented by Go1; third-party clients use it.
    pub fn qa() -> Self {
        Self::known(
            "https://auth.qa.go1.cloud",
            "https://public.qa.go1.cloud/v2",
            "https://gateway.qa.go1.cloud",
        )
    }

    /// All three hosts at one base URL, for a sandbox or a proxy: `{base}/oauth/authorize`,
    /// `{base}/oauth/token`, `{base}/oauth/validate`, `{base}/v2/…` and `{base}/gateway/…`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the URL is malformed, neither https nor
    /// on loopback, or has a query.
    pub fn at(base: impl AsRef<str>) -> Result<Self, Error> {
        let base = parse(base.as_ref())?;
        Self::from_bases(&base, join(&base, &["v2"])?, join(&base, &["gateway"])?)
    }

    /// Replaces the authorization host: `{base}/oauth/authorize`, `{base}/oauth/token` and
    /// `{base}/oauth/validate`.
    ///
    /// # Errors
    /// As [`Site::at`].
    pub fn with_auth(self, base: impl AsRef<str>) -> Result<Self, Error> {
        let api_version = self.api_version;
        Ok(Self { api_version, ..Self::from_bases(&parse(base.as_ref())?, self.api, self.gateway)? })
    }

    /// Replaces the base URL of version 2 of the API, including the `/v2`.
    ///
    /// # Errors
    /// As [`Site::at`].
    pub fn with_api(mut self, base: impl AsRef<str>) -> Result<Self, Error> {
        self.api = parse(base.as_ref())?;
        Ok(self)
    }

    /// Replaces the base URL of the gateway.
    ///
    /// # Errors
    /// As [`Site::at`].
    pub fn with_gateway(mut self, base: impl AsRef<str>) -> Result<Self, Error> {
        self.gateway = parse(base.as_ref())?;
        Ok(self)
    }

    /// Replaces the gateway's `Api-Version` header, by default `2025-01-01`: a date, or a word such as
    /// `alpha`. The format of responses may then differ.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the version is empty, longer than 32
    /// characters, or contains anything but ASCII letters, digits, dots and hyphens.
    pub fn with_api_version(mut self, version: &str) -> Result<Self, Error> {
        let valid = (1..=32).contains(&version.len())
            && version.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
        let invalid = || {
            Error::invalid_input("the API version is not valid")
                .with_provider(NAME)
                .with_help("use a date such as 2025-01-01")
        };
        self.api_version = HeaderValue::from_str(version).ok().filter(|_| valid).ok_or_else(invalid)?;
        Ok(self)
    }

    /// Returns the URL of the authorize endpoint.
    pub fn authorize_url(&self) -> &Url {
        &self.authorize
    }

    /// Returns the URL of the endpoint that validates tokens.
    pub fn validate_url(&self) -> &Url {
        &self.validate
    }

    /// Returns the base URL of version 2 of the API.
    pub fn api_url(&self) -> &Url {
        &self.api
    }

    /// Returns the base URL of the gateway.
    pub fn gateway_url(&self) -> &Url {
        &self.gateway
    }

    /// Returns the value of the gateway's `Api-Version` header.
    pub fn api_version(&self) -> &HeaderValue {
        &self.api_version
    }

    fn from_bases(auth: &Url, api: Url, gateway: Url) -> Result<Self, Error> {
        Ok(Self {
            authorize: join(auth, &["oauth", "authorize"])?,
            token: join(auth, &["oauth", "token"])?,
            validate: join(auth, &["oauth", "validate"])?,
            api,
            gateway,
            api_version: HeaderValue::from_static(API_VERSION),
        })
    }

    /// Only for the constant URLs above, which a test parses.
    fn known(auth: &str, api: &str, gateway: &str) -> Self {
        parse(auth)
            .and_then(|auth| Self::from_bases(&auth, parse(api)?, parse(gateway)?))
            .expect("a constant URL")
    }
}

fn parse(base: &str) -> Result<Url, Error> {
    let help = "use an absolute URL, such as https://auth.go1.com";
    parse_base_url(base, help).map_err(|error| error.with_provider(NAME))
}

impl oauth_core::Site<NoExtra> for Site {
    fn token_url(&self) -> &Url {
        &self.token
    }

    /// `GET /oauth/validate`: Go1's plug-in for Moodle takes 200 as valid
    /// (<https://github.com/go1com/moodle-mod_goone>, read on 2026-11-29).
    fn token_check(&self, _: &AccessToken) -> Option<TokenCheck> {
        Some(TokenCheck::get(self.validate_url().clone()))
    }

    fn may_receive_token(&self, url: &Url, _: &NoExtra) -> bool {
        [&self.token, &self.api, &self.gateway].iter().any(|own| own.origin() == url.origin())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oauth_core::Site as _;
    use proptest::prelude::*;

    #[test]
    fn known_sites_have_documented_urls() {
        for (site, expected) in [
            (
                Site::production(),
                [
                    "https://auth.go1.com/oauth/authorize",
                    "https://auth.go1.com/oauth/token",
                    "https://auth.go1.com/oauth/validate",
                    "https://api.go1.com/v2",
                    "https://gateway.go1.com/",
                ],
            ),
            (
                Site::qa(),
                [
                    "https://auth.qa.go1.cloud/oauth/authorize",
                    "https://auth.qa.go1.cloud/oauth/token",
                    "https://auth.qa.go1.cloud/oauth/validate",
                    "https://public.qa.go1.cloud/v2",
                    "https://gateway.qa.go1.cloud/",
                ],
            ),
        ] {
            let urls =
                [&site.authorize, &site.token, &site.validate, &site.api, &site.gateway].map(Url::as_str);
            assert_eq!(urls, expected);
            assert_eq!(site.api_version(), "2025-01-01");
        }
    }

    #[test]
    fn base_works_with_slash_and_path() {
        for (base, token) in [
            ("http://127.0.0.1:4000", "http://127.0.0.1:4000/oauth/token"),
            ("http://127.0.0.1:4000/", "http://127.0.0.1:4000/oauth/token"),
            ("https://proxy.example.com/go1", "https://proxy.example.com/go1/oauth/token"),
            ("https://proxy.example.com/go1/", "https://proxy.example.com/go1/oauth/token"),
        ] {
            assert_eq!(Site::at(base).unwrap().token_url().as_str(), token);
        }
    }

    #[test]
    fn replacing_one_host_keeps_the_others() {
        let site = Site::production()
            .with_api_version("alpha")
            .and_then(|site| site.with_auth("https://a.example.com"))
            .and_then(|site| site.with_api("https://b.example.com/v2"))
            .and_then(|site| site.with_gateway("https://c.example.com"))
            .unwrap();
        assert_eq!(site.token_url().as_str(), "https://a.example.com/oauth/token");
        assert_eq!(site.api_url().as_str(), "https://b.example.com/v2");
        assert_eq!(site.gateway_url().as_str(), "https://c.example.com/");
        assert_eq!(site.api_version(), "alpha");
    }

    #[test]
    fn token_goes_to_three_hosts_only() {
        let site = Site::production();
        for (url, may) in [
            ("https://auth.go1.com/oauth/validate", true),
            ("https://api.go1.com/v2/me", true),
            ("https://gateway.go1.com/learning-objects", true),
            ("https://gateway.go1.com:8443/learning-objects", false),
            ("http://api.go1.com/v2/me", false),
            ("https://www.go1.com/", false),
            ("https://api.go1.com.evil.example/", false),
        ] {
            assert_eq!(site.may_receive_token(&url.parse().unwrap(), &NoExtra::default()), may, "{url}");
        }
    }

    #[test]
    fn rejects_unusable_bases_and_versions() {
        for base in [
            "",
            "auth.go1.com",
            "http://auth.go1.com",
            "https://auth.go1.com/?x=1",
            "https://auth.go1.com/#x",
        ] {
            let error = Site::at(base).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidInput, "{base}");
            assert_eq!(error.provider(), Some("go1"), "{base}");
            assert!(Site::production().with_auth(base).is_err(), "{base}");
            assert!(Site::production().with_api(base).is_err(), "{base}");
            assert!(Site::production().with_gateway(base).is_err(), "{base}");
        }
        for version in ["", "2025-01-01\r\nX: y", "a b", "ä", "123456789012345678901234567890123"] {
            assert!(Site::production().with_api_version(version).is_err(), "{version:?}");
        }
    }

    proptest! {
        #[test]
        fn accepted_base_keeps_its_origin(base in "(https?://)?[a-z0-9.:@/?#\\[\\]%-]{0,30}") {
            if let Ok(site) = Site::at(&base) {
                let origin = Url::parse(&base).unwrap().origin();
                for url in [&site.authorize, &site.token, &site.validate, &site.api, &site.gateway] {
                    prop_assert!(oauth_core::check_url(url).is_ok());
                    prop_assert_eq!(url.origin(), origin.clone());
                    prop_assert!(url.query().is_none());
                }
            }
        }
    }
}
