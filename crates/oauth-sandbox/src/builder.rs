//! Options before the start.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use crate::Error;
use crate::provider::{Origin, ProviderCore, ProviderSetup, SandboxProvider, build_routers};
use crate::server::{self, CertificateAuthority, Server};
use crate::server_handle::ServerHandle;

pub(crate) const DEFAULT_REDIRECT_URI: &str = "http://127.0.0.1:8765/callback";

/// Options for one provider.
#[derive(Clone, Debug)]
#[must_use = "nothing runs until `start`"]
pub struct Builder<P: SandboxProvider> {
    address: IpAddr,
    port: u16,
    plain_port: u16,
    pub(crate) api_port: u16,
    redirect_uris: Vec<String>,
    auto_approve: bool,
    tls: bool,
    pub(crate) options: P::Options,
}

impl<P: SandboxProvider> Default for Builder<P> {
    fn default() -> Self {
        Self {
            address: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            plain_port: 0,
            api_port: 0,
            redirect_uris: vec![DEFAULT_REDIRECT_URI.to_owned()],
            auto_approve: false,
            tls: false,
            options: P::Options::default(),
        }
    }
}

impl<P: SandboxProvider> Builder<P> {
    /// The loopback address to listen on, `127.0.0.1` by default. [`start`](Self::start) rejects other
    /// addresses.
    pub fn address(mut self, address: impl Into<IpAddr>) -> Self {
        self.address = address.into();
        self
    }

    /// The port to listen on. 0, the default, takes any free port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The plain HTTP port, used with [`tls`](Self::tls) only. 0, the default, takes any free port.
    pub fn plain_port(mut self, port: u16) -> Self {
        self.plain_port = port;
        self
    }

    /// Registers another redirect URI for the client, in addition to `http://127.0.0.1:8765/callback`.
    pub fn redirect_uri(mut self, redirect_uri: impl Into<String>) -> Self {
        let redirect_uri = redirect_uri.into();
        if !self.redirect_uris.contains(&redirect_uri) {
            self.redirect_uris.push(redirect_uri);
        }
        self
    }

    /// With `true`, the authorize URL approves for the first user and redirects at once, without login and
    /// consent pages. The request itself is still validated.
    pub fn auto_approve(mut self, auto_approve: bool) -> Self {
        self.auto_approve = auto_approve;
        self
    }

    /// Enables TLS, with a certificate for `localhost`, `127.0.0.1`, `::1` and the provider's own host names,
    /// signed by a generated authority (see [`ServerHandle::ca_certificate_pem`]). A second port then shows
    /// how the provider treats plain HTTP (see [`ServerHandle::plain_url`]).
    pub fn tls(mut self, tls: bool) -> Self {
        self.tls = tls;
        self
    }

    /// Starts the provider on the current Tokio runtime. It runs until the handle is dropped.
    ///
    /// # Errors
    /// [`Error::NotLoopback`], [`Error::Listen`] when a port is unavailable, [`Error::Tls`].
    pub async fn start(self) -> Result<ServerHandle<P>, Error> {
        let (listener, port) = server::listen(self.address, self.port).await?;
        let mut plain = None;
        let mut authority = None;
        if self.tls {
            plain = Some(server::listen(self.address, self.plain_port).await?);
            authority = Some(CertificateAuthority::new(P::host_names())?);
        }
        let mut api = None;
        if P::SEPARATE_API_PATH.is_some() {
            api = Some(server::listen(self.address, self.api_port).await?);
        }
        let host = match self.address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        };
        let scheme = if self.tls { "https" } else { "http" };
        let origin = Origin { scheme, host, port };
        let acceptor = authority.as_ref().map(CertificateAuthority::acceptor);
        let core = Arc::new(ProviderCore::new(ProviderSetup {
            plain: plain.as_ref().map(|(_, port)| Origin { scheme: "http", port: *port, ..origin.clone() }),
            api: api.as_ref().map(|(_, port)| Origin { port: *port, ..origin.clone() }),
            origin,
            authority,
            redirect_uris: self.redirect_uris,
            auto_approve: self.auto_approve,
            options: self.options,
            credentials: P::new_credentials(),
        }));
        let (portal, api_router) = build_routers(&core);
        let mut servers = Vec::with_capacity(3);
        if let (Some((listener, _)), Some(router)) = (api, api_router) {
            servers.push(Server::start(listener, router, acceptor.clone()));
        }
        if let Some((listener, _)) = plain {
            servers.push(Server::start(listener, portal.clone(), None));
        }
        servers.push(Server::start(listener, portal, acceptor));
        Ok(ServerHandle::new(core, servers))
    }
}
