//! The ordinary way out, for http on this machine.
//!
//! `oauth-core` has the same inside its own transport, but gives nobody the means to wrap that one, and the demo wants to
//! look at everything that passes. Once it does, this file goes.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioExecutor;
use oauth_core::{Call, Transport, TransportError, async_trait};

/// Sends plain http to this machine. Follows no redirect.
#[derive(Clone, Debug)]
pub(crate) struct Plain(Client<HttpConnector<ThisMachine>, Full<Bytes>>);

impl Plain {
    /// A new one, with connections of its own.
    pub(crate) fn new() -> Self {
        Self(Client::builder(TokioExecutor::new()).build(HttpConnector::new_with_resolver(ThisMachine)))
    }

    async fn send(&self, call: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
        let request = call.request.map(|body| Full::new(Bytes::from(body)));
        let response = self.0.request(request).await.map_err(|error| {
            if error.is_connect() {
                TransportError::NotSent(Box::new(error))
            } else {
                TransportError::Unanswered(Box::new(error))
            }
        })?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, call.body_cap).collect().await.map_err(TransportError::Unanswered)?;
        Ok(http::Response::from_parts(parts, body.to_bytes().into()))
    }
}

#[async_trait]
impl Transport for Plain {
    async fn call(&self, call: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
        tokio::time::timeout(call.deadline, self.send(call))
            .await
            .unwrap_or_else(|late| Err(TransportError::Unanswered(Box::new(late))))
    }
}

/// Every name is this machine: `localhost`, and Cobot's spaces as `SPACE.localhost` (RFC 6761 section 6.3).
#[derive(Clone, Copy, Debug)]
struct ThisMachine;

impl tower_service::Service<Name> for ThisMachine {
    type Response = std::array::IntoIter<SocketAddr, 1>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let ours = name.as_str() == "localhost" || name.as_str().ends_with(".localhost");
        Box::pin(async move {
            if ours {
                Ok([SocketAddr::from((Ipv4Addr::LOCALHOST, 0))].into_iter())
            } else {
                Err(io::Error::new(io::ErrorKind::NotFound, "the demo never leaves this machine"))
            }
        })
    }
}
