//! A provider's token endpoint: the most frequently called route of a sandbox.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::routing::post;
use http::Method;
use http::request::Parts;

use crate::provider::{ProviderRules, SharedCore};
use crate::server::ResponseFuture;

/// The handler of token calls. It is called without the router: routing takes about as long as the handler
/// itself.
pub(crate) struct TokenEndpoint<P: ProviderRules> {
    paths: &'static [&'static str],
    handler: Arc<dyn Fn(Request, SharedCore<P>) -> ResponseFuture<'static> + Send + Sync>,
    routes: Router<SharedCore<P>>,
}

impl<P: ProviderRules> TokenEndpoint<P> {
    pub(crate) fn new<T: 'static, H: Handler<T, SharedCore<P>>>(
        paths: &'static [&'static str],
        handler: H,
    ) -> Self {
        let routes =
            paths.iter().fold(Router::new(), |routes, path| routes.route(path, post(handler.clone())));
        let handler =
            move |request, core| -> ResponseFuture<'static> { Box::pin(handler.clone().call(request, core)) };
        Self { paths, handler: Arc::new(handler), routes }
    }

    pub(crate) fn matches(&self, parts: &Parts) -> bool {
        parts.method == Method::POST && self.paths.contains(&parts.uri.path())
    }

    pub(crate) fn respond(&self, request: Request, core: SharedCore<P>) -> ResponseFuture<'static> {
        (self.handler)(request, core)
    }

    /// The same paths for the router, which handles other methods than `POST`.
    pub(crate) fn routes(&self) -> Router<SharedCore<P>> {
        self.routes.clone()
    }
}
