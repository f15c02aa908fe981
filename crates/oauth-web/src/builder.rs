//! Settings of [`OAuthWeb`].

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use oauth_core::{CodeGrant, Connections, Error};

use crate::authorizer::Authorizer;
use crate::key::CookieKey;
use crate::pages::{DefaultPages, Pages, Site};
use crate::provider_route::{DynProviderRoute, ProviderRoute};
use crate::return_to::ReturnTo;
use crate::route_paths::RoutePaths;
use crate::web::{Inner, OAuthWeb};

impl OAuthWeb {
    /// Returns a builder. All processes that serve the same site need the same key.
    pub fn builder(key: CookieKey) -> Builder {
        Builder::new(key)
    }
}

/// Settings of [`OAuthWeb`]; created by [`OAuthWeb::builder`].
///
/// ```
/// # fn example(
/// #     go1: oauth_core::Connections<go1::Go1>,
/// #     cobot: oauth_core::Connections<cobot::Cobot>,
/// # ) -> Result<oauth_web::OAuthWeb, oauth_core::Error> {
/// use oauth_web::{Allowed, CookieKey, OAuthWeb, Visit};
///
/// # let key = CookieKey::generate()?;
/// OAuthWeb::builder(key)
///     .app_name("Example LMS")
///     .provider(go1, |_: Visit| async { Ok(Allowed::new("acme", go1::Connect::new([go1::scope::USER_READ]))) })
///     .provider(cobot, |_: Visit| async { Ok(Allowed::new("acme", cobot::Connect::new([cobot::scope::READ_USER]))) })
///     .build()
/// # }
/// ```
#[must_use]
pub struct Builder {
    key: CookieKey,
    site: Site,
    pages: Box<dyn Pages>,
    routes: BTreeMap<&'static str, Arc<dyn DynProviderRoute>>,
    routes_by_type: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
    error: Option<Error>,
}

impl Builder {
    fn new(key: CookieKey) -> Self {
        Self {
            key,
            site: Site { name: None, home: "/".to_owned() },
            pages: Box::new(DefaultPages),
            routes: BTreeMap::new(),
            routes_by_type: HashMap::new(),
            error: None,
        }
    }

    /// Adds a provider: its connections, and the authorizer that decides who may connect them.
    ///
    /// The client's redirect URI decides the paths: it ends in `/callback/` and the provider's name, and the
    /// path before that is where the [router](OAuthWeb::router) is nested.
    pub fn provider<P: CodeGrant>(
        mut self,
        connections: Connections<P>,
        authorizer: impl Authorizer<P>,
    ) -> Self {
        match RoutePaths::new(P::NAME, connections.client().app().redirect_uri()) {
            Ok(paths) => {
                let route = Arc::new(ProviderRoute { connections, authorizer: Box::new(authorizer), paths });
                if self.routes.insert(P::NAME, route.clone()).is_some() {
                    self.fail(Error::invalid_input("the provider was added twice").with_provider(P::NAME));
                }
                self.routes_by_type.insert(TypeId::of::<P>(), route.into_any());
            }
            Err(error) => self.fail(error),
        }
        self
    }

    /// Sets the site's name, shown on each page. Without it the pages say "this site".
    pub fn app_name(mut self, name: impl Into<String>) -> Self {
        self.site.name = Some(name.into());
        self
    }

    /// Sets the path that pages link to if there is no `return_to`; `/` by default.
    pub fn home(mut self, path: impl AsRef<str>) -> Self {
        match ReturnTo::parse(path.as_ref()) {
            Some(path) => path.as_str().clone_into(&mut self.site.home),
            None => self.fail(
                Error::invalid_input("the home is not a path of this site")
                    .with_help("use a path like /settings"),
            ),
        }
        self
    }

    /// Translates, restyles or replaces the pages.
    pub fn pages(mut self, pages: impl Pages) -> Self {
        self.pages = Box::new(pages);
        self
    }

    /// Builds the routes.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](oauth_core::ErrorKind::InvalidInput) if a redirect URI does not lead to
    /// the callback route or is neither https nor on loopback, a provider was added twice, or the home is not
    /// a path.
    pub fn build(self) -> Result<OAuthWeb, Error> {
        let Self { key, site, pages, routes, routes_by_type, error } = self;
        match error {
            Some(error) => Err(error),
            None => Ok(OAuthWeb::from_inner(Inner { key, site, pages, routes, routes_by_type })),
        }
    }

    /// Keeps the first error.
    fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("providers", &self.routes.keys())
            .field("site", &self.site)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}
