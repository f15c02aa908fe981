//! The rules that a provider supplies, and the shared server around them.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::middleware::from_fn_with_state;
use chrono::{DateTime, Utc};
use http::StatusCode;

use crate::clock::SandboxClock;
use crate::fault::FaultQueues;
use crate::journal::{JournalRecorder, RequestKind};
use crate::middleware;
use crate::page::Page;
use crate::server::CertificateAuthority;
use crate::session::Sessions;
use crate::sync::lock;
use crate::user::User;

/// The behaviour of one provider. Listening, TLS, clock, faults, journal, sessions and control are shared.
pub(crate) trait ProviderRules: Sized + Send + Sync + 'static {
    /// The name in control paths and in the manifest.
    const NAME: &'static str;
    const TITLE: &'static str;
    /// The port's offset from the port base of a whole [`Sandbox`](crate::Sandbox).
    const PORT_OFFSET: u16;
    /// The path prefix of the API when it has a port of its own.
    const SEPARATE_API_PATH: Option<&'static str> = None;
    /// The path of the root URL, which precedes the following ones.
    const ROOT_PATH: &'static str = "";
    const AUTHORIZE_PATH: &'static str = "/oauth/authorize";
    const TOKEN_PATH: &'static str = "/oauth/token";
    const API_PATH: &'static str = "/api";
    type Options: Clone + Default + fmt::Debug + Send + Sync + 'static;
    type State: ProviderState<Self>;

    /// Host names for the TLS certificate besides those of this computer.
    fn host_names() -> Vec<String> {
        Vec::new()
    }
    fn new_credentials() -> Credentials;
    /// The options that can be switched while the provider runs, by name.
    fn switches(options: &mut Self::Options) -> Vec<(&'static str, &mut bool)> {
        let _ = options;
        Vec::new()
    }
    fn routes(core: &SharedCore<Self>) -> Routes<Self>;
    /// Control routes of this provider, below its name on the control server.
    fn controls() -> Router<SharedCore<Self>> {
        Router::new()
    }
}

/// A provider's mutable state.
pub(crate) trait ProviderState<P: ProviderRules>: Send + 'static {
    /// The state at the start and after a reset.
    fn new(setup: &ProviderSetup<P>, now: DateTime<Utc>) -> Self;
    /// The redirect URIs of the handle's client.
    fn redirect_uris(&self) -> Vec<String>;
    /// The users who can log in now. The first is the default user.
    fn users(&self) -> Vec<User>;
    /// Ends the access that users gave to applications.
    fn revoke_access(&mut self);
}

/// A simulated provider. Code for any provider takes a [`ServerHandle`](crate::ServerHandle) of it:
///
/// ```
/// use oauth_sandbox::{SandboxProvider, ServerHandle};
///
/// fn has_no_requests<P: SandboxProvider>(sandbox: &ServerHandle<P>) -> bool {
///     sandbox.journal().entries().is_empty()
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), oauth_sandbox::Error> {
/// let sandbox = oauth_sandbox::Sandbox::start().await?;
/// assert!(has_no_requests(sandbox.cobot()) && has_no_requests(sandbox.go1()));
/// # Ok(())
/// # }
/// ```
///
/// The trait is sealed. Its implementors are the four providers and [`Plain`](crate::Plain).
#[expect(private_bounds, reason = "seals the trait")]
pub trait SandboxProvider: ProviderRules {}

impl<P: ProviderRules> SandboxProvider for P {}

/// Generated at the start and kept across resets, so that a printed manifest stays valid.
#[derive(Default)]
pub(crate) struct Credentials {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    /// The token that Cobot issues with the registration of a client.
    pub(crate) registration_token: String,
    /// A token that the first user made, at a provider where users make tokens.
    pub(crate) personal_access_token: Option<String>,
}

#[derive(Clone)]
pub(crate) struct Origin {
    pub(crate) scheme: &'static str,
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Origin {
    /// `http://127.0.0.1:4567`
    pub(crate) fn url(&self) -> String {
        self.at(&self.host)
    }

    /// The same server under another host name, such as `betahaus.localhost`.
    pub(crate) fn at(&self, host: &str) -> String {
        format!("{}://{host}:{}", self.scheme, self.port)
    }
}

pub(crate) struct Urls {
    pub(crate) root: String,
    pub(crate) authorize: String,
    pub(crate) token: String,
    pub(crate) api: String,
    /// The root over plain HTTP, when TLS is enabled.
    pub(crate) plain: Option<String>,
}

impl Urls {
    fn new<P: ProviderRules>(setup: &ProviderSetup<P>) -> Self {
        let root = format!("{}{}", setup.origin.url(), P::ROOT_PATH);
        let at = |path: &str| format!("{root}{path}");
        let api = match (P::SEPARATE_API_PATH, &setup.api) {
            (Some(path), Some(origin)) => format!("{}{path}", origin.url()),
            _ => at(P::API_PATH),
        };
        let plain = setup.plain.as_ref().map(|origin| format!("{}{}", origin.url(), P::ROOT_PATH));
        Self { authorize: at(P::AUTHORIZE_PATH), token: at(P::TOKEN_PATH), api, plain, root }
    }
}

/// The part of a provider that is fixed at the start.
pub(crate) struct ProviderSetup<P: ProviderRules> {
    pub(crate) origin: Origin,
    /// The plain HTTP port next to a TLS port.
    pub(crate) plain: Option<Origin>,
    /// The API's own port, for a provider with [`ProviderRules::SEPARATE_API_PATH`].
    pub(crate) api: Option<Origin>,
    pub(crate) authority: Option<CertificateAuthority>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) auto_approve: bool,
    pub(crate) options: P::Options,
    pub(crate) credentials: Credentials,
}

/// A provider's routes, grouped by purpose. Faults for token calls apply to `token`, faults for API calls to
/// `api`.
pub(crate) struct Routes<P: ProviderRules> {
    pub(crate) authorize: Router<SharedCore<P>>,
    pub(crate) token: Router<SharedCore<P>>,
    pub(crate) api: Router<SharedCore<P>>,
    pub(crate) pages: Router<SharedCore<P>>,
}

pub(crate) struct ProviderCore<P: ProviderRules> {
    pub(crate) setup: ProviderSetup<P>,
    pub(crate) urls: Urls,
    pub(crate) clock: SandboxClock,
    pub(crate) journal: JournalRecorder,
    pub(crate) faults: FaultQueues,
    pub(crate) sessions: Sessions,
    options: Mutex<P::Options>,
    state: Mutex<P::State>,
}

pub(crate) type SharedCore<P> = Arc<ProviderCore<P>>;

impl<P: ProviderRules> ProviderCore<P> {
    pub(crate) fn new(setup: ProviderSetup<P>) -> Self {
        let clock = SandboxClock::default();
        let state = Mutex::new(P::State::new(&setup, clock.now()));
        let urls = Urls::new(&setup);
        let sessions = Sessions::new(P::NAME, setup.origin.port);
        let (journal, faults) = (JournalRecorder::default(), FaultQueues::default());
        let options = Mutex::new(setup.options.clone());
        Self { setup, urls, clock, journal, faults, sessions, options, state }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The provider's state, locked. Handlers hold the lock for one decision and never across an `await`.
    pub(crate) fn state(&self) -> MutexGuard<'_, P::State> {
        lock(&self.state)
    }

    /// The options that apply now: those of the start, as changed by the control `options`.
    pub(crate) fn options(&self) -> MutexGuard<'_, P::Options> {
        lock(&self.options)
    }

    pub(crate) fn reset(&self) {
        self.clock.reset();
        self.options().clone_from(&self.setup.options);
        let mut state = self.state();
        *state = P::State::new(&self.setup, self.now());
        drop(state);
        self.faults.clear();
        self.sessions.clear();
        self.journal.clear();
    }
}

/// Builds the provider's main router and, for an API on a port of its own, the API's router.
pub(crate) fn build_routers<P: ProviderRules>(core: &SharedCore<P>) -> (Router, Option<Router>) {
    let Routes { authorize, token, api, pages } = P::routes(core);
    let with_faults = |routes: Router<SharedCore<P>>, kind| {
        routes.route_layer(from_fn_with_state((Arc::clone(core), kind), middleware::inject_fault::<P>))
    };
    let main = with_faults(authorize, RequestKind::Authorize)
        .merge(with_faults(token, RequestKind::Token))
        .merge(pages);
    let api = with_faults(api, RequestKind::Api);
    if core.setup.api.is_some() {
        (build_router(core, main), Some(build_router(core, api)))
    } else {
        (build_router(core, main.merge(api)), None)
    }
}

fn build_router<P: ProviderRules>(core: &SharedCore<P>, routes: Router<SharedCore<P>>) -> Router {
    let routes = routes
        // No provider documents a distinct response to a wrong method.
        .method_not_allowed_fallback(page_not_found::<P>)
        .fallback(page_not_found::<P>)
        .with_state(Arc::clone(core));
    // Around the router: axum would add the `Allow` header of a route to the response to a large body.
    Router::new()
        .fallback_service(routes)
        .layer(from_fn_with_state(Arc::clone(core), middleware::record::<P>))
}

async fn page_not_found<P: ProviderRules>() -> Page {
    no_such_page::<P>()
}

/// The response to an unknown path or a wrong method.
pub(crate) fn no_such_page<P: ProviderRules>() -> Page {
    let text = format!("The {} sandbox has nothing here.", P::TITLE);
    Page::message(P::TITLE, StatusCode::NOT_FOUND, "Page not found", &text)
}
