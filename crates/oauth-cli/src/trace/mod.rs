//! Looking at everything that passes between a client and a provider.

mod mask;
mod message;
mod watcher;

use std::fmt;
use std::sync::Arc;

use http::{Method, Uri};
use oauth_core::{Call, Transport, TransportError, async_trait};

pub(crate) use mask::Secrets;
pub(crate) use message::{Body, Field, Link, Request, Response};
pub(crate) use watcher::{Made, Purpose, Watcher};

/// Told of each request before it leaves, and of each answer before anybody else gets it.
pub(crate) trait Watch: fmt::Debug + Send + Sync + 'static {
    /// A request leaves.
    fn request(&self, request: &http::Request<Vec<u8>>);

    /// The answer to such a request, or why there is none.
    fn answer(&self, method: &Method, uri: &Uri, answer: Result<&http::Response<Vec<u8>>, String>);
}

/// Lets `watch` see each request and each answer on its way through.
///
/// [`Transport`] asks not to log URLs, headers and bodies. Showing them is what this one is for, and the provider is played on this
/// machine; even so nothing is shown before [`Secrets`] has been over it.
#[derive(Debug)]
pub(crate) struct Traced<W> {
    inner: Arc<dyn Transport>,
    watch: Arc<W>,
}

impl<W: Watch> Traced<W> {
    /// Shows `watch` what passes through `inner`.
    pub(crate) fn new(inner: Arc<dyn Transport>, watch: Arc<W>) -> Self {
        Self { inner, watch }
    }
}

#[async_trait]
impl<W: Watch> Transport for Traced<W> {
    async fn call(&self, call: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
        let (method, uri) = (call.request.method().clone(), call.request.uri().clone());
        self.watch.request(&call.request);
        let answer = self.inner.call(call).await;
        self.watch.answer(&method, &uri, answer.as_ref().map_err(ToString::to_string));
        answer
    }
}
