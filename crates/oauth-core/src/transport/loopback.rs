//! Plain http to this machine: no TLS, no proxy, and `*.localhost` always is this machine.
//!
//! It is a client of its own so that tests and demos need neither a crypto provider nor a certificate store.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::{Call, TransportError, body};

/// How much of an answer's head is read, and how much of anything at a time. As it reads preliminary answers (`100`, `103`)
/// the HTTP client lets nobody else have a turn, deadlines included; with a smaller part at a time that ends sooner. TLS
/// brings no more than this at a time of itself.
const LONGEST_HEAD: usize = 16 << 10;

#[derive(Clone, Debug)]
pub(super) struct Loopback(Client<HttpConnector<ThisMachine>, Full<Bytes>>);

impl Loopback {
    pub(super) fn new(connect_timeout: Duration) -> Self {
        let mut connector = HttpConnector::new_with_resolver(ThisMachine);
        connector.set_connect_timeout(Some(connect_timeout));
        connector.set_nodelay(true);
        Self(
            Client::builder(TokioExecutor::new())
                .pool_idle_timeout(super::POOL_IDLE)
                .pool_timer(TokioTimer::new())
                .http1_max_buf_size(LONGEST_HEAD)
                .build(connector),
        )
    }

    pub(super) async fn call(&self, call: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
        let response =
            self.0.request(call.request.map(|body| Full::new(Bytes::from(body)))).await.map_err(|error| {
                if error.is_connect() {
                    TransportError::NotSent(Box::new(error))
                } else {
                    TransportError::Unanswered(Box::new(error))
                }
            })?;
        body::collect(response, call.body_cap).await
    }
}

/// Resolves `localhost` and `*.localhost` (RFC 6761 section 6.3) without asking anybody.
#[derive(Clone, Copy, Debug)]
pub(super) struct ThisMachine;

impl tower_service::Service<Name> for ThisMachine {
    type Response = std::array::IntoIter<SocketAddr, 1>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Name) -> Self::Future {
        Box::pin(std::future::ready(Ok([SocketAddr::from((Ipv4Addr::LOCALHOST, 0))].into_iter())))
    }
}

impl reqwest::dns::Resolve for ThisMachine {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let here: reqwest::dns::Addrs = Box::new(std::iter::once(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))));
        Box::pin(std::future::ready(Ok(here)))
    }
}
