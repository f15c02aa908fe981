//! A provider's token endpoint, which is what a sandbox is asked for most.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::routing::post;
use http::Method;
use http::request::Parts;

use crate::played::{Rulebook, Shared};
use crate::server::Answering;

/// What answers token calls. It is asked without the router, which takes about as long to find it as it takes to answer.
pub(crate) struct TokenCalls<P: Rulebook> {
    paths: &'static [&'static str],
    answer: Arc<dyn Fn(Request, Shared<P>) -> Answering<'static> + Send + Sync>,
    routes: Router<Shared<P>>,
}

impl<P: Rulebook> TokenCalls<P> {
    pub(crate) fn at<T: 'static, H: Handler<T, Shared<P>>>(
        paths: &'static [&'static str],
        handler: H,
    ) -> Self {
        let routes =
            paths.iter().fold(Router::new(), |routes, path| routes.route(path, post(handler.clone())));
        let answer =
            move |request, core| -> Answering<'static> { Box::pin(handler.clone().call(request, core)) };
        Self { paths, answer: Arc::new(answer), routes }
    }

    pub(crate) fn are_meant(&self, parts: &Parts) -> bool {
        parts.method == Method::POST && self.paths.contains(&parts.uri.path())
    }

    pub(crate) fn answer(&self, request: Request, core: Shared<P>) -> Answering<'static> {
        (self.answer)(request, core)
    }

    /// For the router, which is to know the paths: what is no POST is answered there.
    pub(crate) fn routes(&self) -> Router<Shared<P>> {
        self.routes.clone()
    }
}
