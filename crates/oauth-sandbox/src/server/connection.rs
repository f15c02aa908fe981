//! Serving each connection by hand, because only here can one be closed instead of answered, and only here are all of them bounded.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::FromRequestParts;
use http::header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::request::Parts;
use http::{HeaderValue, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::{Serve, host};
use crate::fault::CloseConnection;

/// Connections at a time; more wait until others end. As many as a process may usually have files.
const MOST: usize = 1024;
/// A request's line and header fields together, give or take what one read brings; more is answered with 431, as are more than 100
/// fields. That is hyper's own limit: told the same number it would write a table of that size anew for each request.
const LARGEST_HEAD: usize = 64 * 1024;
/// How long a connection may be idle, or its next request take to arrive. Longer than clients keep idle connections, so that none is
/// closed under a request.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// How a request came in. Handlers take it as an extractor.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ConnectionInfo {
    /// Through TLS.
    pub(crate) secure: bool,
}

impl<S: Sync> FromRequestParts<S> for ConnectionInfo {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or_default())
    }
}

/// Accepts for ever. The connections belong to this future: when it is dropped, they end.
pub(super) async fn accept(listener: TcpListener, served: Arc<dyn Serve>, tls: Option<TlsAcceptor>) {
    let mut connections = JoinSet::new();
    let room = Arc::new(Semaphore::new(MOST));
    loop {
        // It is never closed.
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let connection = connection(stream, Arc::clone(&served), tls.clone());
                connections.spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            // Out of file descriptors, mostly: others must end before the next can begin.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, served: Arc<dyn Serve>, tls: Option<TlsAcceptor>) {
    // Small answers at once; without it a delayed acknowledgement can cost 40 ms.
    let _ = stream.set_nodelay(true);
    // A connection that fails (also one that a fault closes) concerns nobody but its caller.
    let _ = match tls {
        None => serve(TokioIo::new(stream), served, ConnectionInfo { secure: false }).await,
        Some(tls) => match tokio::time::timeout(LONGEST_WAIT, tls.accept(stream)).await {
            Ok(Ok(stream)) => serve(TokioIo::new(stream), served, ConnectionInfo { secure: true }).await,
            Ok(Err(_)) | Err(_) => Ok(()),
        },
    };
}

async fn serve<IO>(io: IO, served: Arc<dyn Serve>, arrived: ConnectionInfo) -> Result<(), hyper::Error>
where
    IO: hyper::rt::Read + hyper::rt::Write + Unpin,
{
    let service = service_fn(move |request| answer(request, Arc::clone(&served), arrived));
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(LONGEST_WAIT)
        .max_buf_size(LARGEST_HEAD)
        .writev(false)
        .serve_connection(io, service)
        .await
}

/// An error here makes hyper close the connection without writing a byte.
async fn answer(
    mut request: Request<Incoming>,
    served: Arc<dyn Serve>,
    arrived: ConnectionInfo,
) -> Result<Response<Body>, io::Error> {
    if !host::is_here(request.uri(), request.headers()) {
        return Ok(misdirected());
    }
    request.extensions_mut().insert(arrived);
    let response = served.serve(request).await;
    if response.extensions().get::<CloseConnection>().is_some() {
        return Err(io::ErrorKind::ConnectionAborted.into());
    }
    Ok(response)
}

/// What whoever meant somebody else is told, and nothing else.
fn misdirected() -> Response<Body> {
    const TEXT: &str = "This sandbox answers only to names of this computer: localhost, names that end in .localhost, 127.0.0.1 and [::1].\n";
    let mut response = Response::new(Body::from(TEXT));
    *response.status_mut() = StatusCode::MISDIRECTED_REQUEST;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
