//! HTTP servers on loopback.

mod connection;
mod host;
mod tls;

use std::fmt;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use http::Request;
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;
use tower::Service as _;

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

/// A boxed future of a response.
pub(crate) type ResponseFuture<'a> = Pin<Box<dyn Future<Output = Response> + Send + 'a>>;

/// Handles the requests of a server.
pub(crate) trait Serve: Send + Sync + 'static {
    fn serve(&self, request: Request<Incoming>) -> ResponseFuture<'_>;
}

impl Serve for Router {
    fn serve(&self, request: Request<Incoming>) -> ResponseFuture<'_> {
        // A router is always ready.
        let response = self.clone().call(request.map(Body::new));
        Box::pin(async { response.await.unwrap_or_else(|never| match never {}) })
    }
}

/// A running server. Dropping it stops the server and closes all its connections.
pub(crate) struct Server(AbortHandle);

impl Server {
    pub(crate) fn start(listener: TcpListener, handler: Arc<dyn Serve>, tls: Option<TlsAcceptor>) -> Self {
        Self(tokio::spawn(connection::accept(listener, handler, tls)).abort_handle())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Server")
    }
}
