//! The routes.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::http::header::ALLOW;
use axum::http::{HeaderName, StatusCode};
use axum::middleware::map_response;
use axum::routing::{MethodRouter, get};
use oauth_core::CodeGrant;

use crate::builder::Builder;
use crate::callback::callback;
use crate::connect::connect;
use crate::headers::protect;
use crate::hide_query::HideQuery;
use crate::key::CookieKey;
use crate::mounted::{Mounted, Provided};
use crate::pages::Site;

/// The connect and callback routes of several providers. Cheap to clone; belongs into the application's state where
/// handlers ask for [`Connected`](crate::Connected).
#[derive(Clone)]
pub struct OAuthWeb(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) key: CookieKey,
    pub(crate) site: Site,
    pub(crate) providers: BTreeMap<&'static str, Arc<dyn Provided>>,
    pub(crate) by_type: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
}

impl OAuthWeb {
    /// Settings. All processes that serve the same site need the same key.
    pub fn builder(key: CookieKey) -> Builder {
        Builder::new(key)
    }

    pub(crate) fn from_inner(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// The routes, for an application with any state: `GET /connect/{provider}` and `GET /callback/{provider}`, with and
    /// without a trailing slash.
    ///
    /// The connect route reads these from its query, and keeps the rest for the authorizer:
    ///
    /// | parameter | meaning |
    /// | --- | --- |
    /// | `account` | the account that the visitor wishes to connect ([`Visit::account`](crate::Visit)) |
    /// | `return_to` | a path of this site to go on to; a page says what came of it if it is not there |
    /// | `mode=popup` | the link was opened in a window of its own, which posts the result to its opener and closes |
    /// | `mode=iframe` | the link stands in a frame; needed only for browsers without `Sec-Fetch-Dest` |
    ///
    /// Other methods are answered with 405, `HEAD` among them: what looks at links must not spend a code.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let connect: MethodRouter<Self> = get(connect).head(only_get).fallback(only_get);
        let callback: MethodRouter<Self> = get(callback).head(only_get).fallback(only_get);
        Router::new()
            .route("/connect/{provider}", connect.clone())
            .route("/connect/{provider}/", connect)
            .route("/callback/{provider}", callback.clone())
            .route("/callback/{provider}/", callback)
            .layer(map_response(protect))
            .with_state(self.clone())
    }

    /// A layer that keeps the query of callbacks from the application's own logs. Put it outermost.
    pub fn hide_query(&self) -> HideQuery {
        HideQuery::of(self.0.providers.keys().copied())
    }

    pub(crate) fn provider(&self, name: &str) -> Option<&dyn Provided> {
        self.0.providers.get(name).map(|provided| &**provided)
    }

    pub(crate) fn mounted<P: CodeGrant>(&self) -> Option<Arc<Mounted<P>>> {
        Arc::clone(self.0.by_type.get(&TypeId::of::<P>())?).downcast().ok()
    }

    pub(crate) fn site(&self) -> &Site {
        &self.0.site
    }

    pub(crate) fn key(&self) -> &CookieKey {
        &self.0.key
    }
}

async fn only_get() -> (StatusCode, [(HeaderName, &'static str); 1]) {
    (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET")])
}

impl fmt::Debug for OAuthWeb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthWeb")
            .field("providers", &self.0.providers.keys())
            .field("site", &self.0.site)
            .finish_non_exhaustive()
    }
}
