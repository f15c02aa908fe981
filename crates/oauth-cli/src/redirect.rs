//! Where the person's browser comes back to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use oauth_core::RedirectUri;
use url::{Host, Url};

use crate::failure::Failure;
use crate::listener::Listener;
use crate::providers::ProviderName;

/// The port of redirect URIs that nobody chose.
pub(crate) const DEFAULT_PORT: u16 = 8765;

/// A redirect URI, and the listener behind it where it leads to this machine.
#[derive(Debug)]
pub(crate) struct Redirect {
    pub(crate) uri: String,
    pub(crate) listener: Option<Listener>,
}

impl Redirect {
    /// Where nobody says otherwise.
    pub(crate) fn default_uri(provider: ProviderName, port: u16) -> String {
        format!("http://127.0.0.1:{port}/callback/{provider}")
    }

    /// Listens, if the URI leads here. Its port may be 0: then it gets a free one.
    pub(crate) async fn listen(uri: &str) -> Result<Self, Failure> {
        RedirectUri::new(uri)?;
        let Some(LoopbackTarget { addresses, port, path }) = LoopbackTarget::parse(uri) else {
            return Ok(Self { uri: uri.to_owned(), listener: None });
        };
        let listener = Listener::for_path(&addresses, port, &path).await.map_err(|error| {
            Failure::setup(format!("port {port} of this machine cannot be listened on: {error}")).with_help(
                "end whatever uses it; or choose another port with --port, if that redirect URI is registered at the \
                 provider, or paste the callback URL instead with --no-browser",
            )
        })?;
        // Not rewritten by `Url`: providers compare it as a string.
        let uri = if port == 0 {
            uri.replacen(":0/", &format!(":{}/", listener.port()), 1)
        } else {
            uri.to_owned()
        };
        Ok(Self { uri, listener: Some(listener) })
    }
}

/// The part of this machine that a redirect URI leads to.
#[derive(Debug)]
pub(crate) struct LoopbackTarget {
    addresses: Vec<IpAddr>,
    pub(crate) port: u16,
    path: String,
}

impl LoopbackTarget {
    /// `None` if it leads elsewhere, or by https, which the listener does not speak.
    pub(crate) fn parse(uri: &str) -> Option<Self> {
        let url = Url::parse(uri).ok().filter(|url| url.scheme() == "http")?;
        let addresses: Vec<IpAddr> = match url.host()? {
            Host::Ipv4(address) if address.is_loopback() => vec![address.into()],
            Host::Ipv6(address) if address.is_loopback() => vec![address.into()],
            // Some browsers take one, some the other.
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
