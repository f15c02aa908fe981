//! Putting the routes together.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use oauth_core::{CodeGrant, Connections, Error};

use crate::authorizer::Authorizer;
use crate::key::CookieKey;
use crate::mounted::{Mounted, Provided};
use crate::pages::Site;
use crate::place::Place;
use crate::return_to::ReturnTo;
use crate::web::{Inner, OAuthWeb};

/// Settings of [`OAuthWeb`].
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
    providers: BTreeMap<&'static str, Arc<dyn Provided>>,
    by_type: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
    wrong: Option<Error>,
}

impl Builder {
    pub(crate) fn new(key: CookieKey) -> Self {
        Self {
            key,
            site: Site { name: None, home: "/".to_owned() },
            providers: BTreeMap::new(),
            by_type: HashMap::new(),
            wrong: None,
        }
    }

    /// Adds a provider: its connections, and who may connect which of them.
    ///
    /// The routes are where the redirect URI of the connections' client says: it ends in `/callback/` and the provider's
    /// name, and what stands before that is where the [router](OAuthWeb::router) is nested.
    pub fn provider<P: CodeGrant>(
        mut self,
        connections: Connections<P>,
        authorizer: impl Authorizer<P>,
    ) -> Self {
        match Place::of(P::NAME, connections.client().app().redirect_uri()) {
            Ok(place) => {
                let mounted = Arc::new(Mounted { connections, authorizer: Box::new(authorizer), place });
                if self.providers.insert(P::NAME, mounted.clone()).is_some() {
                    self.fails(Error::invalid_input("this provider is mounted twice").with_provider(P::NAME));
                }
                self.by_type.insert(TypeId::of::<P>(), mounted.into_any());
            }
            Err(error) => self.fails(error),
        }
        self
    }

    /// The site's name for people, on every page. Without it the pages speak of "this site".
    pub fn app_name(mut self, name: impl Into<String>) -> Self {
        self.site.name = Some(name.into());
        self
    }

    /// The path that pages lead on to where no `return_to` was asked for. `/` if not set.
    pub fn home(mut self, path: impl AsRef<str>) -> Self {
        match ReturnTo::read(path.as_ref()) {
            Some(path) => path.as_str().clone_into(&mut self.site.home),
            None => self.fails(
                Error::invalid_input("the home is no path of this site").with_help("give one like /settings"),
            ),
        }
        self
    }

    /// Builds it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](oauth_core::ErrorKind::InvalidInput) if a redirect URI does not lead to the callback
    /// route or would have codes travel in clear, a provider is there twice, or the home is no path.
    pub fn build(self) -> Result<OAuthWeb, Error> {
        let Self { key, site, providers, by_type, wrong } = self;
        match wrong {
            Some(error) => Err(error),
            None => Ok(OAuthWeb::from_inner(Inner { key, site, providers, by_type })),
        }
    }

    /// Keeps the first of what is wrong.
    fn fails(&mut self, error: Error) {
        self.wrong.get_or_insert(error);
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("providers", &self.providers.keys())
            .field("site", &self.site)
            .field("wrong", &self.wrong)
            .finish_non_exhaustive()
    }
}
