//! Where the routes of a provider are, as browsers see them: told by its redirect URI.

use oauth_core::url::Url;
use oauth_core::{Error, RedirectUri, is_loopback};

/// The public address of a provider's routes, without a trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The path that the routes are below: empty, or such as `/integrations`.
    base: String,
    provider: &'static str,
    /// Whether browsers come over https. Decided by the redirect URI, since behind a proxy no request tells.
    pub(crate) is_secure: bool,
}

impl Place {
    /// Reads it off the redirect URI that is registered at the provider.
    pub(crate) fn of(provider: &'static str, redirect_uri: Option<&RedirectUri>) -> Result<Self, Error> {
        let wrong = |what: &'static str, advice: String| {
            Err(Error::invalid_input(what).with_provider(provider).with_help(advice))
        };
        let advice = || {
            format!(
                "register a redirect URI like https://app.example.com/callback/{provider} at the provider, and make \
                 the App with it"
            )
        };
        let Some(uri) = redirect_uri else { return wrong("the client has no redirect URI", advice()) };
        // Nothing but a URL becomes a `RedirectUri`.
        let Ok(url) = Url::parse(uri.as_str()) else { return wrong("the redirect URI is no URL", advice()) };
        let is_secure = match url.scheme() {
            "https" => true,
            "http" if is_loopback(&url) => false,
            _ => {
                return wrong(
                    "the redirect URI is neither https nor on loopback: codes would travel in clear",
                    advice(),
                );
            }
        };
        if url.query().is_some() {
            return wrong("the redirect URI has a query, which the callback route does not expect", advice());
        }
        let path = url.path().strip_suffix('/').unwrap_or(url.path());
        match path.strip_suffix(provider).and_then(|path| path.strip_suffix("/callback/")) {
            Some(base) => Ok(Self { base: base.to_owned(), provider, is_secure }),
            None => wrong("the redirect URI does not lead to the callback route of this provider", advice()),
        }
    }

    /// The path of the connect route.
    pub(crate) fn connect_path(&self) -> String {
        format!("{}/connect/{}", self.base, self.provider)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(uri: &str) -> Result<Place, Error> {
        Place::of("go1", Some(&uri.parse().unwrap()))
    }

    #[test]
    fn secure_unless_on_loopback() {
        for (uri, is_secure, connect) in [
            ("https://app.example.com/callback/go1", true, "/connect/go1"),
            ("https://app.example.com/callback/go1/", true, "/connect/go1"),
            (
                "https://app.example.com/team/integrations/callback/go1",
                true,
                "/team/integrations/connect/go1",
            ),
            // A proxy on this machine may well speak TLS, and then so do browsers.
            ("https://localhost:8443/callback/go1", true, "/connect/go1"),
            ("http://127.0.0.1:3000/callback/go1", false, "/connect/go1"),
            ("http://localhost:3000/callback/go1", false, "/connect/go1"),
            ("http://app.localhost/callback/go1", false, "/connect/go1"),
            ("http://[::1]:3000/callback/go1", false, "/connect/go1"),
        ] {
            let place = of(uri).unwrap();
            assert_eq!((place.is_secure, place.connect_path().as_str()), (is_secure, connect), "{uri}");
        }
    }

    #[test]
    fn what_cannot_work_is_told_at_the_start() {
        for (uri, why) in [
            ("http://app.example.com/callback/go1", "in clear"),
            ("http://localhost.example.com/callback/go1", "in clear"),
            ("https://app.example.com/callback", "does not lead"),
            ("https://app.example.com/callback/gocd", "does not lead"),
            ("https://app.example.com/callbackgo1", "does not lead"),
            ("https://app.example.com/callback/go1?tenant=1", "query"),
        ] {
            let error = of(uri).unwrap_err().to_string();
            assert!(error.contains(why) && error.contains("app.example.com/callback/go1"), "{uri}: {error}");
        }
        assert!(Place::of("go1", None).unwrap_err().to_string().contains("no redirect URI"));
    }
}
