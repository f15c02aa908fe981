//! Observation of all calls between a client and a provider.

mod call_recorder;
mod message;
mod secrets;

use std::fmt;
use std::sync::Arc;

use http::{Method, Uri};
use oauth_core::{Call, Transport, TransportError, async_trait};

pub(crate) use call_recorder::{CallRecorder, RecordedCall};
pub(crate) use message::{Body, Field};
pub use message::{Link, Request, Response};
pub use secrets::Secrets;

/// The target of a call.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The token endpoint.
    Token,
    /// The API.
    Api,
    /// A page in the browser.
    Page,
}

impl Purpose {
    /// The purpose of an application's call to this URI.
    pub fn of(uri: &Uri, token_url: &str) -> Self {
        if uri.to_string().split('?').next() == Some(token_url) { Self::Token } else { Self::Api }
    }
}

/// Observes each request before it is sent and each response before the client receives it.
#[doc(hidden)]
pub trait CallObserver: fmt::Debug + Send + Sync + 'static {
    /// Called before a request is sent.
    fn request(&self, request: &http::Request<Vec<u8>>);

    /// Called with the response, or with the error if there is none.
    fn response(&self, method: &Method, uri: &Uri, response: Result<&http::Response<Vec<u8>>, String>);
}

/// A transport that reports each request and response to an observer.
///
/// [`Transport`] asks implementations not to log URLs, headers and bodies. Observers show them only to the
/// person who runs the program, redacted by [`Secrets`].
#[doc(hidden)]
#[derive(Debug)]
pub struct TracedTransport<W> {
    inner: Arc<dyn Transport>,
    observer: Arc<W>,
}

impl<W: CallObserver> TracedTransport<W> {
    /// Wraps `inner`.
    pub fn new(inner: Arc<dyn Transport>, observer: Arc<W>) -> Self {
        Self { inner, observer }
    }
}

#[async_trait]
impl<W: CallObserver> Transport for TracedTransport<W> {
    async fn call(&self, call: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
        let (method, uri) = (call.request.method().clone(), call.request.uri().clone());
        self.observer.request(&call.request);
        let response = self.inner.call(call).await;
        self.observer.response(&method, &uri, response.as_ref().map_err(ToString::to_string));
        response
    }
}
