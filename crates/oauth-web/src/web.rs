//! The shared state of the routes.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use oauth_core::CodeGrant;

use crate::key::CookieKey;
use crate::pages::{Pages, Site};
use crate::provider_route::{DynProviderRoute, ProviderRoute};

/// The connect and callback routes of several providers.
///
/// Cheap to clone. Put it into the application's state if handlers use [`Connected`](crate::Connected).
#[derive(Clone)]
pub struct OAuthWeb(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) key: CookieKey,
    pub(crate) site: Site,
    pub(crate) pages: Box<dyn Pages>,
    pub(crate) routes: BTreeMap<&'static str, Arc<dyn DynProviderRoute>>,
    pub(crate) routes_by_type: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
}

impl OAuthWeb {
    pub(crate) fn from_inner(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    pub(crate) fn provider_names(&self) -> impl Iterator<Item = &'static str> {
        self.0.routes.keys().copied()
    }

    pub(crate) fn routes(&self) -> impl Iterator<Item = &dyn DynProviderRoute> {
        self.0.routes.values().map(|route| &**route)
    }

    pub(crate) fn route(&self, provider: &str) -> Option<&dyn DynProviderRoute> {
        self.0.routes.get(provider).map(|route| &**route)
    }

    pub(crate) fn route_of<P: CodeGrant>(&self) -> Option<Arc<ProviderRoute<P>>> {
        Arc::clone(self.0.routes_by_type.get(&TypeId::of::<P>())?).downcast().ok()
    }

    pub(crate) fn site(&self) -> &Site {
        &self.0.site
    }

    pub(crate) fn pages(&self) -> &dyn Pages {
        &*self.0.pages
    }

    pub(crate) fn key(&self) -> &CookieKey {
        &self.0.key
    }
}

impl fmt::Debug for OAuthWeb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthWeb")
            .field("providers", &self.0.routes.keys())
            .field("site", &self.0.site)
            .finish_non_exhaustive()
    }
}
