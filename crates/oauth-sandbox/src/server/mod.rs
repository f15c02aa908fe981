//! HTTP servers on loopback. Written with hyper directly: `axum::serve` can neither close a connection
//! without a response nor limit connections.

mod host;
mod tls;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::header::X_CONTENT_TYPE_OPTIONS;
use http::{Request, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tower::Service as _;

pub(crate) use tls::{CertificateAuthority, browser_config};

use crate::Error;
use crate::fault::CloseConnection;

/// The limit on open connections, the usual number of files per process. Further connections wait.
const MAX_CONNECTIONS: usize = 1024;
/// The limit on request line and header fields; hyper responds to more with 431, as to more than 100 fields.
const MAX_HEAD: usize = 64 * 1024;
/// The timeout for a TLS handshake and for the next request. Longer than clients keep idle connections, so
/// that the server never closes one that a client is about to use.
const READ_TIMEOUT: Duration = Duration::from_secs(120);

/// Binds `port` (0: any free port) of a loopback `address`. Returns the port with the listener.
pub(crate) async fn listen(address: IpAddr, port: u16) -> Result<(TcpListener, u16), Error> {
    if !address.is_loopback() {
        return Err(Error::NotLoopback(address));
    }
    let address = SocketAddr::new(address, port);
    let bound = async {
        let listener = TcpListener::bind(address).await?;
        let port = listener.local_addr()?.port();
        Ok((listener, port))
    };
    bound.await.map_err(|source| Error::Listen { address, source })
}

/// A running server. Dropping it stops the server and closes all its connections.
#[derive(Debug)]
pub(crate) struct Server(AbortHandle);

impl Server {
    pub(crate) fn start(listener: TcpListener, router: Router, tls: Option<TlsAcceptor>) -> Self {
        Self(tokio::spawn(accept(listener, router, tls)).abort_handle())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The connection that a request arrived on, as a request extension.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ConnectionInfo {
    /// The connection uses TLS.
    pub(crate) secure: bool,
}

/// Accepts connections forever. Dropping the future closes them.
async fn accept(listener: TcpListener, router: Router, tls: Option<TlsAcceptor>) {
    let mut connections = JoinSet::new();
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        // The semaphore is never closed.
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let connection = connection(stream, router.clone(), tls.clone());
                connections.spawn(async move {
                    connection.await;
                    drop(slot);
                });
            }
            // Usually out of file descriptors: wait until other connections are closed.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, router: Router, tls: Option<TlsAcceptor>) {
    // Sends small responses at once: a delayed acknowledgement could cost 40 ms.
    let _ = stream.set_nodelay(true);
    // Errors of one connection, including those of faults, affect only its client.
    let _ = match tls {
        None => serve(TokioIo::new(stream), router, ConnectionInfo { secure: false }).await,
        Some(tls) => match tokio::time::timeout(READ_TIMEOUT, tls.accept(stream)).await {
            Ok(Ok(stream)) => serve(TokioIo::new(stream), router, ConnectionInfo { secure: true }).await,
            Ok(Err(_)) | Err(_) => Ok(()),
        },
    };
}

async fn serve<IO>(io: IO, router: Router, info: ConnectionInfo) -> Result<(), hyper::Error>
where
    IO: hyper::rt::Read + hyper::rt::Write + Unpin,
{
    let service = service_fn(move |request| respond(request, router.clone(), info));
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(READ_TIMEOUT)
        .max_buf_size(MAX_HEAD)
        .serve_connection(io, service)
        .await
}

/// Returning an error makes hyper close the connection without sending a byte.
async fn respond(
    mut request: Request<Incoming>,
    mut router: Router,
    info: ConnectionInfo,
) -> Result<Response, io::Error> {
    if !host::is_this_computer(request.uri(), request.headers()) {
        let text = "This sandbox only accepts host names of this computer: localhost, names that end in .localhost, 127.0.0.1 and [::1].\n";
        let headers = [(X_CONTENT_TYPE_OPTIONS, "nosniff")];
        return Ok((StatusCode::MISDIRECTED_REQUEST, headers, text).into_response());
    }
    request.extensions_mut().insert(info);
    // A router is always ready.
    let response = router.call(request.map(Body::new)).await.unwrap_or_else(|never| match never {});
    if response.extensions().get::<CloseConnection>().is_some() {
        return Err(io::ErrorKind::ConnectionAborted.into());
    }
    Ok(response)
}
