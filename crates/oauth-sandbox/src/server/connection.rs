//! Serving each connection by hand, because only here can one be closed instead of answered.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use crate::fault::Sever;

/// How a request came in. Handlers take it as an extractor.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Arrived {
    /// Through TLS.
    pub(crate) secure: bool,
}

impl<S: Sync> FromRequestParts<S> for Arrived {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or_default())
    }
}

/// Accepts for ever. The connections belong to this future: when it is dropped, they end.
pub(super) async fn accept(listener: TcpListener, router: Router, tls: Option<TlsAcceptor>) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(connection(stream, router.clone(), tls.clone()));
            }
            // Out of file descriptors, mostly: others must end before the next can begin.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, router: Router, tls: Option<TlsAcceptor>) {
    // Small answers at once; without it a delayed acknowledgement can cost 40 ms.
    let _ = stream.set_nodelay(true);
    // A connection that fails (also one that a fault closes) concerns nobody but its caller.
    let _ = match tls {
        None => serve(TokioIo::new(stream), router, Arrived { secure: false }).await,
        Some(tls) => match tls.accept(stream).await {
            Ok(stream) => serve(TokioIo::new(stream), router, Arrived { secure: true }).await,
            Err(_) => Ok(()),
        },
    };
}

async fn serve<IO>(io: IO, router: Router, arrived: Arrived) -> Result<(), hyper::Error>
where
    IO: hyper::rt::Read + hyper::rt::Write + Unpin,
{
    let service =
        service_fn(move |request: Request<Incoming>| answer(request.map(Body::new), router.clone(), arrived));
    http1::Builder::new().serve_connection(io, service).await
}

/// An error here makes hyper close the connection without writing a byte.
async fn answer(
    mut request: Request<Body>,
    router: Router,
    arrived: Arrived,
) -> Result<Response<Body>, io::Error> {
    request.extensions_mut().insert(arrived);
    let response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
    if response.extensions().get::<Sever>().is_some() {
        return Err(io::ErrorKind::ConnectionAborted.into());
    }
    Ok(response)
}
