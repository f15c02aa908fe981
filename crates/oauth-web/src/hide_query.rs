//! A layer that removes the callback's query before other layers see it.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::OriginalUri;
use axum::http::request::Parts;
use axum::http::uri::{PathAndQuery, Uri};
use axum::http::{Extensions, Request};
use tower::{Layer, Service};

/// A layer that removes the query, with its authorization code, from callback requests and keeps it for the
/// callback route.
///
/// Add it last, so that it is outermost: then the application's own layers log no code
/// (`tower_http::trace::TraceLayer` logs the whole URI). The routes work without it too, and never log the
/// query.
///
/// ```
/// use axum::Router;
/// use oauth_web::OAuthWeb;
///
/// fn app(web: &OAuthWeb) -> Router {
///     Router::new()
///         .merge(web.router())
///         .layer(tower_http::trace::TraceLayer::new_for_http())
///         .layer(web.hide_query())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct HideQuery {
    /// Ends of paths, without a trailing slash: a proxy or a router may remove a prefix.
    paths: Arc<[String]>,
}

impl HideQuery {
    pub(crate) fn new<'a>(providers: impl Iterator<Item = &'a str>) -> Self {
        Self { paths: providers.map(|name| format!("/callback/{name}")).collect() }
    }

    fn is_callback(&self, path: &str) -> bool {
        let path = path.strip_suffix('/').unwrap_or(path);
        self.paths.iter().any(|end| path.ends_with(end.as_str()))
    }

    fn hide<B>(&self, request: &mut Request<B>) {
        if !self.is_callback(request.uri().path()) {
            return;
        }
        let Some((bare, query)) = bare(request.uri()) else { return };
        *request.uri_mut() = bare;
        if let Some(original) = request.extensions_mut().get_mut::<OriginalUri>()
            && let Some((bare, _)) = self::bare(&original.0)
        {
            original.0 = bare;
        }
        request.extensions_mut().insert(Hidden(query));
    }
}

/// Returns the URI without its query, and the query.
fn bare(uri: &Uri) -> Option<(Uri, String)> {
    let query = uri.query()?.to_owned();
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(uri.path()).ok()?);
    Some((Uri::from_parts(parts).ok()?, query))
}

/// The removed query.
#[derive(Clone)]
struct Hidden(String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden([redacted])")
    }
}

/// Returns the query of a callback, hidden or not.
pub(crate) fn query<'a>(uri: &'a Uri, extensions: &'a Extensions) -> &'a str {
    extensions.get::<Hidden>().map(|Hidden(query)| query.as_str()).or(uri.query()).unwrap_or_default()
}

/// Replaces the URI of a callback, so that its code is nowhere in these parts.
pub(crate) fn replace_uri(parts: &mut Parts, uri: Uri) {
    parts.extensions.remove::<Hidden>();
    if let Some(original) = parts.extensions.get_mut::<OriginalUri>() {
        original.0 = uri.clone();
    }
    parts.uri = uri;
}

impl<S> Layer<S> for HideQuery {
    type Service = HidingQuery<S>;

    fn layer(&self, inner: S) -> Self::Service {
        HidingQuery { inner, hide: self.clone() }
    }
}

/// The service of [`HideQuery`].
#[derive(Clone, Debug)]
pub struct HidingQuery<S> {
    inner: S,
    hide: HideQuery,
}

impl<S: Service<Request<B>>, B> Service<Request<B>> for HidingQuery<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        self.hide.hide(&mut request);
        self.inner.call(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_callbacks_lose_their_query() {
        let hide = HideQuery::new(["go1", "gocd"].into_iter());
        for (uri, shown) in [
            ("/callback/go1?code=1&state=2", "/callback/go1"),
            ("/callback/go1/?code=1&state=2", "/callback/go1/"),
            ("/integrations/callback/gocd?code=1&state=2", "/integrations/callback/gocd"),
            ("http://app.example.com/callback/go1?code=1&state=2", "http://app.example.com/callback/go1"),
        ] {
            let mut request = Request::get(uri).body(()).unwrap();
            let original = OriginalUri(request.uri().clone());
            request.extensions_mut().insert(original);
            hide.hide(&mut request);
            assert_eq!(request.uri(), shown);
            let seen = format!("{request:?}");
            assert!(!seen.contains("code=1"), "{seen}");
            assert_eq!(query(request.uri(), request.extensions()), "code=1&state=2");
        }
        for uri in ["/callback/cobot?code=1", "/courses?page=2", "/callback/go1/more?x=1", "/callback/go1"] {
            let mut request = Request::get(uri).body(()).unwrap();
            hide.hide(&mut request);
            assert_eq!(request.uri(), uri);
        }
    }
}
