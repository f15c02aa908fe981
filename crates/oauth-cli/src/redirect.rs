//! The redirect URI and its listener.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use oauth_core::RedirectUri;
use url::{Host, Url};

use crate::failure::Failure;
use crate::listener::Listener;
use crate::providers::ProviderName;

/// Port of the default redirect URI.
pub(crate) const DEFAULT_PORT: u16 = 8765;

/// A redirect URI, and its listener if it leads to this machine.
#[derive(Debug)]
pub(crate) struct Redirect {
    pub(crate) uri: String,
    pub(crate) listener: Option<Listener>,
}

impl Redirect {
    /// Returns the default redirect URI of a provider.
    pub(crate) fn default_uri(provider: ProviderName, port: u16) -> String {
        format!("http://127.0.0.1:{port}/callback/{provider}")
    }

    /// Starts the listener if the URI leads to this machine. Port 0 is replaced by a free port.
    pub(crate) async fn listen(uri: &str) -> Result<Self, Failure> {
        RedirectUri::new(uri)?;
        let Some(LoopbackTarget { addresses, port, path }) = LoopbackTarget::parse(uri) else {
            return Ok(Self { uri: uri.to_owned(), listener: None });
        };
        let listener = Listener::start(&addresses, port, &path).await.map_err(|error| {
            Failure::setup(format!("cannot listen on port {port} of this machine: {error}")).with_help(
                "stop the program that uses it; or choose another port with --port, if that redirect URI is registered at the \
                 provider; or paste the callback URL with --no-browser",
            )
        })?;
        // A string replacement: `Url` could rewrite it, and providers compare it as a string.
        let uri = if port == 0 {
            uri.replacen(":0/", &format!(":{}/", listener.port()), 1)
        } else {
            uri.to_owned()
        };
        Ok(Self { uri, listener: Some(listener) })
    }
}

/// Addresses, port and path of a redirect URI that leads to this machine.
#[derive(Debug)]
pub(crate) struct LoopbackTarget {
    addresses: Vec<IpAddr>,
    pub(crate) port: u16,
    path: String,
}

impl LoopbackTarget {
    /// Returns `None` if the URI leads elsewhere or uses https, which the listener does not serve.
    pub(crate) fn parse(uri: &str) -> Option<Self> {
        let url = Url::parse(uri).ok().filter(|url| url.scheme() == "http")?;
        let addresses: Vec<IpAddr> = match url.host()? {
            Host::Ipv4(address) if address.is_loopback() => vec![address.into()],
            Host::Ipv6(address) if address.is_loopback() => vec![address.into()],
            // Browsers differ in which one they use.
            Host::Domain("localhost") => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
            _ => return None,
        };
        Some(Self { addresses, port: url.port_or_known_default()?, path: url.path().to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_loopback_targets() {
        for (uri, port) in [
            ("http://127.0.0.1:8765/callback/go1", Some(8765)),
            ("http://localhost:3000/cb", Some(3000)),
            ("http://[::1]:3000/cb", Some(3000)),
            ("http://127.0.0.1/cb", Some(80)),
            ("https://localhost:3000/cb", None),
            ("http://localhost.example.com:3000/cb", None),
            ("https://app.example.com/cb", None),
        ] {
            assert_eq!(LoopbackTarget::parse(uri).map(|target| target.port), port, "{uri}");
        }
    }

    #[tokio::test]
    async fn listen_writes_free_port_into_uri() {
        let redirect = Redirect::listen(&Redirect::default_uri(ProviderName::Go1, 0)).await.unwrap();
        let port = redirect.listener.as_ref().unwrap().port();
        assert_eq!(redirect.uri, format!("http://127.0.0.1:{port}/callback/go1"));
        let taken = Redirect::listen(&redirect.uri).await.unwrap_err();
        assert_eq!(taken.code, crate::failure::ExitCode::Setup);
    }
}
