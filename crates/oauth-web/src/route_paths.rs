//! The public paths of a provider's routes, taken from its redirect URI.

use oauth_core::url::Url;
use oauth_core::{Error, RedirectUri, is_loopback};

/// The public paths of a provider's routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoutePaths {
    /// Path before the routes: empty, or such as `/integrations`.
    base: String,
    provider: &'static str,
    /// Origin of the site, as browsers send it in `Origin`.
    pub(crate) origin: String,
    /// `true` for https. The redirect URI decides, because requests behind a proxy do not show it.
    pub(crate) is_secure: bool,
}

impl RoutePaths {
    /// Parses the redirect URI that is registered with the provider.
    pub(crate) fn new(provider: &'static str, redirect_uri: Option<&RedirectUri>) -> Result<Self, Error> {
        let invalid = |message: &'static str, help: String| {
            Err(Error::invalid_input(message).with_provider(provider).with_help(help))
        };
        let help = || {
            format!(
                "register a redirect URI like https://app.example.com/callback/{provider} with the provider, and use \
                 it for the App"
            )
        };
        let Some(uri) = redirect_uri else { return invalid("the client has no redirect URI", help()) };
        // A `RedirectUri` is always a URL.
        let Ok(url) = Url::parse(uri.as_str()) else {
            return invalid("the redirect URI is not a URL", help());
        };
        let is_secure = match url.scheme() {
            "https" => true,
            "http" if is_loopback(&url) => false,
            _ => {
                return invalid(
                    "the redirect URI is neither https nor on loopback: codes would travel unencrypted",
                    help(),
                );
            }
        };
        if url.query().is_some() {
            return invalid("the redirect URI has a query, which the callback route does not accept", help());
        }
        let path = url.path().strip_suffix('/').unwrap_or(url.path());
        match path.strip_suffix(provider).and_then(|path| path.strip_suffix("/callback/")) {
            Some(base) => Ok(Self {
                base: base.to_owned(),
                provider,
                origin: url.origin().ascii_serialization(),
                is_secure,
            }),
            None => invalid("the redirect URI does not lead to the callback route of this provider", help()),
        }
    }

    /// Returns the path of the connect route.
    pub(crate) fn connect_path(&self) -> String {
        format!("{}/connect/{}", self.base, self.provider)
    }

    /// Returns the path of the page that shows the result of an attempt.
    pub(crate) fn result_path(&self, attempt: &str) -> String {
        format!("{}/callback/{}/{attempt}", self.base, self.provider)
    }

    /// Returns the path of the disconnect route.
    pub(crate) fn disconnect_path(&self) -> String {
        format!("{}/disconnect/{}", self.base, self.provider)
    }

    /// Returns the path of the page that lists connections.
    pub(crate) fn connections_path(&self) -> String {
        format!("{}/connections", self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(uri: &str) -> Result<RoutePaths, Error> {
        RoutePaths::new("go1", Some(&uri.parse().unwrap()))
    }

    #[test]
    fn cookies_are_secure_except_on_http_loopback() {
        for (uri, is_secure, connect) in [
            ("https://app.example.com/callback/go1", true, "/connect/go1"),
            ("https://app.example.com/callback/go1/", true, "/connect/go1"),
            (
                "https://app.example.com/team/integrations/callback/go1",
                true,
                "/team/integrations/connect/go1",
            ),
            // A proxy on this machine may terminate TLS.
            ("https://localhost:8443/callback/go1", true, "/connect/go1"),
            ("http://127.0.0.1:3000/callback/go1", false, "/connect/go1"),
            ("http://localhost:3000/callback/go1", false, "/connect/go1"),
            ("http://app.localhost/callback/go1", false, "/connect/go1"),
            ("http://[::1]:3000/callback/go1", false, "/connect/go1"),
        ] {
            let paths = parse(uri).unwrap();
            assert_eq!((paths.is_secure, paths.connect_path().as_str()), (is_secure, connect), "{uri}");
        }
    }

    #[test]
    fn rejects_unusable_redirect_uris() {
        for (uri, reason) in [
            ("http://app.example.com/callback/go1", "unencrypted"),
            ("http://localhost.example.com/callback/go1", "unencrypted"),
            ("https://app.example.com/callback", "does not lead"),
            ("https://app.example.com/callback/gocd", "does not lead"),
            ("https://app.example.com/callbackgo1", "does not lead"),
            ("https://app.example.com/callback/go1?tenant=1", "query"),
        ] {
            let error = parse(uri).unwrap_err().to_string();
            assert!(
                error.contains(reason) && error.contains("app.example.com/callback/go1"),
                "{uri}: {error}"
            );
        }
        assert!(RoutePaths::new("go1", None).unwrap_err().to_string().contains("no redirect URI"));
    }
}
