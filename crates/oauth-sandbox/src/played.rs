//! What a provider has to bring to be played, and what it gets.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use chrono::{DateTime, Utc};
use http::StatusCode;

use crate::clock::SandboxClock;
use crate::fault::{Fault, Faults, On};
use crate::intake::{Intake, OfKind};
use crate::journal::{Journal, Kind, Log};
use crate::page::Page;
use crate::server::{Authority, Serve};
use crate::session::Sessions;
use crate::sync::lock;
use crate::token_calls::TokenCalls;
use crate::user::User;

/// One provider's own rules. Everything else (listening, TLS, clock, faults, journal, sessions, control) is shared.
pub trait Rulebook: Sized + Send + Sync + 'static {
    /// Its name in control paths and on the card.
    const NAME: &'static str;
    /// Its name for people.
    const TITLE: &'static str;
    /// Its port counted from the port base of a whole [`Sandbox`](crate::Sandbox).
    const PORT_OFFSET: u16;
    /// What stands before the paths of its API, when that is on a port of its own.
    const API_APART: Option<&'static str> = None;
    /// Switches of its own, set on the builder.
    type Options: Clone + Default + fmt::Debug + Send + Sync + 'static;
    /// What is made up once at the start and stays the same after a reset, so that a printed card stays true.
    type Issued: Send + Sync + 'static;
    /// What changes while it runs.
    type State: Send + 'static;

    /// Host names that it has besides those of this computer.
    fn host_names() -> Vec<String> {
        Vec::new()
    }
    /// Makes up credentials.
    fn issue() -> Self::Issued;
    /// Client identifier and client secret.
    fn client(issued: &Self::Issued) -> (&str, &str);
    /// Where things are when the server is at `origin`.
    fn urls(origin: &Origin) -> Urls;
    /// The state at the start and after a reset.
    fn state(setup: &Setup<Self>, now: DateTime<Utc>) -> Self::State;
    /// The redirect URIs that are registered now.
    fn redirect_uris(state: &Self::State) -> Vec<String>;
    /// Who can log in now. The first is who approves when nobody else is chosen.
    fn users(state: &Self::State) -> Vec<User>;
    /// Its routes by kind.
    fn routes(setup: &Setup<Self>) -> Routes<Self>;
    /// Controls of its own, for other processes, below its name on the control server.
    fn controls() -> Router<Shared<Self>> {
        Router::new()
    }
}

/// A provider that this crate plays. Code that works with any of them takes a [`Running`](crate::Running) of it:
///
/// ```
/// use oauth_sandbox::{Played, Running};
///
/// fn quiet<P: Played>(sandbox: &Running<P>) -> bool {
///     sandbox.journal().entries().is_empty()
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), oauth_sandbox::Error> {
/// let sandbox = oauth_sandbox::Sandbox::start().await?;
/// assert!(quiet(sandbox.cobot()) && quiet(sandbox.go1()));
/// # Ok(())
/// # }
/// ```
///
/// It is sealed: there are those four, and [`Plain`](crate::Plain).
pub trait Played: Rulebook {}

impl<P: Rulebook> Played for P {}

/// Where a server is.
#[derive(Clone, Debug)]
pub struct Origin {
    pub(crate) scheme: &'static str,
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Origin {
    /// `http://127.0.0.1:4567`
    pub(crate) fn url(&self) -> String {
        self.at(&self.host)
    }

    /// The same server under another name, such as `betahaus.localhost`.
    pub(crate) fn at(&self, host: &str) -> String {
        format!("{}://{host}:{}", self.scheme, self.port)
    }
}

/// The four URLs that a client has to know.
#[derive(Clone, Debug)]
pub struct Urls {
    pub(crate) root: String,
    pub(crate) authorize: String,
    pub(crate) token: String,
    pub(crate) api: String,
}

/// What is fixed at the start.
pub struct Setup<P: Rulebook> {
    pub(crate) origin: Origin,
    /// The second, plain port beside a TLS one.
    pub(crate) plain: Option<Origin>,
    /// The API's own port, for a provider that has its API apart.
    pub(crate) api: Option<Origin>,
    pub(crate) authority: Option<Authority>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) auto_approve: bool,
    pub(crate) options: P::Options,
    pub(crate) issued: P::Issued,
}

impl<P: Rulebook> fmt::Debug for Setup<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
            .field("origin", &self.origin)
            .field("plain", &self.plain)
            .field("api", &self.api)
            .field("redirect_uris", &self.redirect_uris)
            .field("auto_approve", &self.auto_approve)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// A provider's routes, by what they are for. Faults for token calls meet `token`, faults for API calls meet `api`.
pub struct Routes<P: Rulebook> {
    pub(crate) authorize: Router<Shared<P>>,
    pub(crate) token: TokenCalls<P>,
    pub(crate) api: Router<Shared<P>>,
    pub(crate) pages: Router<Shared<P>>,
}

impl<P: Rulebook> fmt::Debug for Routes<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Routes").finish_non_exhaustive()
    }
}

/// A provider at work: what handlers get as their `State`.
pub struct Core<P: Rulebook> {
    pub(crate) setup: Setup<P>,
    pub(crate) urls: Urls,
    pub(crate) clock: SandboxClock,
    pub(crate) journal: Log,
    pub(crate) faults: Faults,
    pub(crate) sessions: Sessions,
    state: Mutex<P::State>,
}

/// How handlers hold it.
pub(crate) type Shared<P> = Arc<Core<P>>;

impl<P: Rulebook> Core<P> {
    pub(crate) fn new(setup: Setup<P>) -> Self {
        let clock = SandboxClock::default();
        let state = Mutex::new(P::state(&setup, clock.now()));
        let mut urls = P::urls(&setup.origin);
        if let (Some(path), Some(api)) = (P::API_APART, &setup.api) {
            urls.api = format!("{}{path}", api.url());
        }
        let sessions = Sessions::new(P::NAME, setup.origin.port);
        Self { setup, urls, clock, journal: Log::default(), faults: Faults::default(), sessions, state }
    }

    /// The sandbox's time.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The provider's state, locked. Handlers hold it for one decision and never across an `await`.
    pub(crate) fn state(&self) -> MutexGuard<'_, P::State> {
        lock(&self.state)
    }

    pub(crate) fn reset(&self) {
        self.clock.reset();
        let mut state = self.state();
        *state = P::state(&self.setup, self.now());
        drop(state);
        self.faults.clear();
        self.sessions.clear();
        self.journal.clear();
    }
}

impl<P: Rulebook> fmt::Debug for Core<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core").field("provider", &P::NAME).field("setup", &self.setup).finish_non_exhaustive()
    }
}

/// What one provider serves, and what it serves on the API's own port where there is one.
pub(crate) fn served<P: Rulebook>(core: &Shared<P>) -> (Arc<dyn Serve>, Option<Arc<dyn Serve>>) {
    let Routes { authorize, token, api, pages } = P::routes(&core.setup);
    let kind = |routes: Router<Shared<P>>, kind| {
        // A layer on no routes at all would be a panic.
        if !routes.has_routes() {
            return routes;
        }
        routes.route_layer(OfKind { core: Arc::clone(core), kind })
    };
    let portal = Router::new().merge(kind(authorize, Kind::Authorize)).merge(token.routes()).merge(pages);
    let api = kind(api, Kind::Api);
    if core.setup.api.is_some() {
        (finished(core, portal, Some(token)), Some(finished(core, api, None)))
    } else {
        (finished(core, portal.merge(api), Some(token)), None)
    }
}

/// `routes` with what is around all of them.
fn finished<P: Rulebook>(
    core: &Shared<P>,
    routes: Router<Shared<P>>,
    token: Option<TokenCalls<P>>,
) -> Arc<dyn Serve> {
    let router = routes
        // No provider tells a wrong method from a wrong path, as far as documented.
        .method_not_allowed_fallback(no_such_page::<P>)
        .fallback(no_such_page::<P>)
        .with_state(Arc::clone(core));
    Arc::new(Intake { core: Arc::clone(core), router, token })
}

async fn no_such_page<P: Rulebook>() -> Page {
    let text = format!("The {} sandbox has nothing here.", P::TITLE);
    Page::message(P::TITLE, StatusCode::NOT_FOUND, "Page not found", &text)
}

/// What can be done with any provider from outside, whichever it is.
pub(crate) trait Controls: Send + Sync {
    fn name(&self) -> &'static str;
    fn now(&self) -> DateTime<Utc>;
    fn advance(&self, by: Duration);
    /// Whether there is room for it.
    fn fault(&self, on: On, fault: Fault) -> bool;
    fn journal(&self) -> Journal;
    fn reset(&self);
    /// What only this provider has.
    fn own(self: Arc<Self>) -> Router;
}

impl<P: Rulebook> Controls for Core<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn now(&self) -> DateTime<Utc> {
        self.now()
    }

    fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    fn fault(&self, on: On, fault: Fault) -> bool {
        self.faults.push(on, fault)
    }

    fn journal(&self) -> Journal {
        self.journal.copy()
    }

    fn reset(&self) {
        self.reset();
    }

    fn own(self: Arc<Self>) -> Router {
        P::controls().with_state(self)
    }
}
