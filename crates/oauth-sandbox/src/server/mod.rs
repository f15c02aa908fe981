//! HTTP servers on loopback.

mod connection;
mod host;
mod tls;

use std::net::{IpAddr, SocketAddr};

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;

pub(crate) use connection::ConnectionInfo;
pub(crate) use tls::{CertificateAuthority, browser_config};

use crate::Error;

/// Binds `port` (0: any free port) of a loopback `address`.
pub(crate) async fn listen(address: IpAddr, port: u16) -> Result<TcpListener, Error> {
    if !address.is_loopback() {
        return Err(Error::NotLoopback(address));
    }
    let address = SocketAddr::new(address, port);
    TcpListener::bind(address).await.map_err(|source| Error::Listen { address, source })
}

/// The local port of `listener`.
pub(crate) fn port(listener: &TcpListener) -> Result<u16, Error> {
    match listener.local_addr() {
        Ok(address) => Ok(address.port()),
        Err(source) => Err(Error::Listen { address: SocketAddr::from(([127, 0, 0, 1], 0)), source }),
    }
}

/// A running server. Dropping it stops the server and closes all its connections.
pub(crate) struct Server(AbortHandle);

impl Server {
    pub(crate) fn start(listener: TcpListener, router: Router, tls: Option<TlsAcceptor>) -> Self {
        Self(tokio::spawn(connection::accept(listener, router, tls)).abort_handle())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.abort();
    }
}
