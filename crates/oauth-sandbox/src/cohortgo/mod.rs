//! Cohort Go: the portal on one port, the customers' API on another.
//!
//! Sources: seed 000, docs/provider-facts.md section 4 and the guides on cohortgo.dev. Its own ways:
//!
//! - `/oauth2/authorize` and `/oauth2/token` are on the portal; the token reply says where the API is (`api_base_url`), and that
//!   varies by customer: on another port, for one of the two customers also under another path. Nothing of the API is on the portal,
//!   and a token is good at its own customer's API only, so a client that does not heed the reply fails;
//! - the token call needs `mode=server` and no `redirect_uri`; the reply is exactly `access_token`, `token_type` (`bearer`), `scope`
//!   (a string, `""` for none), `api_base_url` and `base_url`: nothing expires, nothing can be refreshed;
//! - the scopes are `act-as-user` and `auto-create-users`, separated by a comma, and the second only with the first; the person is told
//!   that the application may act as any user of the account;
//! - with `act-as-user` the token belongs to a system user, made for the application; a call with `X-Act-as-User: "Name" <email>` is
//!   done as that user ([`CohortGo::acts`]); somebody unknown is made with `auto-create-users`: default branch, role 'None', no login
//!   ([`CohortGo::account_users`]);
//! - what is sent to the API is JSON wrapped in a root key; paths end in `.json`.
//!
//! **Guesses**: login pages and paths; an unknown client or redirect URI gives a page with status 400; other errors go back as in RFC
//! 6749; `state` is echoed ([`Builder::echo_state`]); codes live for 10 minutes, and one that is refused is not spent; the forms and
//! statuses of errors (400 without `mode=server`, 401 `invalid_client`); the token call's parameters may be in the query; that a token
//! does not expire; the header is read strictly, with the address compared regardless of case, 400 when it is malformed, 403 on a
//! token without `act-as-user`, 422 for somebody unknown without `auto-create-users`; 201 for what was made, 415 for what is not JSON,
//! 422 for what does not make sense; lists are bare arrays, oldest first, 25 to a page from page 1; `GET` of the agents' invoices;
//! **the whole Users API** (`GET` and `POST /users.json`), whose path is unpublished. Not played: API users over HTTP Basic, updating
//! anything, PKCE (its parameters are ignored: Cohort Go documents none).

mod act_as;
mod authorize;
mod caller;
mod insurance;
mod invoices;
mod model;
mod people;
mod scope;
mod token;

use std::fmt;

use axum::body::Bytes;
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use maud::{Markup, html};
use serde_json::Value;

use crate::builder::Builder;
use crate::client::Clients;
use crate::control::{self, ControlError};
use crate::login_pages::{self, LoginPages};
use crate::provider::{Origin, ProviderCore, ProviderRules, ProviderSetup, Routes, SharedCore, Urls};
use crate::random;
use crate::server_handle::ServerHandle;
use crate::token_endpoint::TokenEndpoint;
use crate::user::User;
use model::{ACCOUNTS, Account};

pub use model::{AccountUser, Act};

/// Cohort Go, played on loopback.
pub type CohortGo = ServerHandle<Rules>;

/// What makes a provider Cohort Go.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Rules {}

/// What every customer's API base URL ends in.
const API_PATH: &str = "/api/v1";

/// Cohort Go's switches.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    echo_state: bool,
    poisoned_api_base_url: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { echo_state: true, poisoned_api_base_url: None }
    }
}

impl Builder<Rules> {
    /// Whether the callback carries the `state` back. On by default; Cohort Go's documents do not mention it.
    pub fn echo_state(mut self, echo_state: bool) -> Self {
        self.options.echo_state = echo_state;
        self
    }

    /// Makes token replies name this as `api_base_url`, as a hostile or hijacked server might: a client must not send its token there.
    pub fn poisoned_api_base_url(mut self, url: impl Into<String>) -> Self {
        self.options.poisoned_api_base_url = Some(url.into());
        self
    }

    /// The port that the API listens on; 0, the default, takes any free one.
    pub fn api_port(mut self, port: u16) -> Self {
        self.api_port = port;
        self
    }
}

impl ServerHandle<Rules> {
    /// The customers: name and API base URL. The first is also [`api_url`](Self::api_url).
    #[must_use]
    pub fn accounts(&self) -> Vec<(String, String)> {
        ACCOUNTS.iter().map(|account| (account.name.to_owned(), api_base_url(self.core(), account))).collect()
    }

    /// Everybody in the accounts, also those without a login.
    #[must_use]
    pub fn account_users(&self) -> Vec<AccountUser> {
        self.core().state().users.to_vec()
    }

    /// The calls to the API that were let in, oldest first, and as whom they were done; of more than 1000 the newest.
    #[must_use]
    pub fn acts(&self) -> Vec<Act> {
        self.core().state().acts.to_vec()
    }

    /// Registers one more application, with the first one's redirect URIs, until the next reset. Gives its identifier and its secret.
    #[must_use]
    pub fn register_client(&self, name: &str) -> (String, String) {
        self.core().state().clients.register(name)
    }
}

/// Where a customer's portal is.
fn base_url(core: &ProviderCore<Rules>, account: &Account) -> String {
    let first = core.urls.api.strip_suffix(API_PATH).unwrap_or(&core.urls.api);
    format!("{first}{}", account.prefix)
}

fn api_base_url(core: &ProviderCore<Rules>, account: &Account) -> String {
    format!("{}{API_PATH}", base_url(core, account))
}

async fn register_client(
    State(core): State<SharedCore<Rules>>,
    body: Bytes,
) -> Result<Json<Value>, ControlError> {
    control::register_client(&body, |name| core.state().clients.register(name))
}

/// Credentials made up at the start.
pub struct Credentials {
    client_id: String,
    client_secret: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

impl ProviderRules for Rules {
    const NAME: &'static str = "cohortgo";
    const TITLE: &'static str = "Cohort Go";
    const PORT_OFFSET: u16 = 0;
    const SEPARATE_API_PATH: Option<&'static str> = Some(API_PATH);
    type Options = Options;
    type Credentials = Credentials;
    type State = model::State;

    fn new_credentials() -> Credentials {
        // A name, as in the seed's example.
        let client_id = format!("sandbox-app-{}", random::hex::<4>());
        Credentials { client_id, client_secret: random::opaque() }
    }

    fn client(credentials: &Credentials) -> (&str, &str) {
        (&credentials.client_id, &credentials.client_secret)
    }

    fn urls(origin: &Origin) -> Urls {
        let root = origin.url();
        Urls {
            authorize: format!("{root}/oauth2/authorize"),
            token: format!("{root}/oauth2/token"),
            api: format!("{root}{API_PATH}"),
            root,
        }
    }

    fn state(setup: &ProviderSetup<Self>, now: DateTime<Utc>) -> model::State {
        let Credentials { client_id, client_secret } = &setup.credentials;
        model::State::new(Clients::new(client_id, client_secret, &setup.redirect_uris), now)
    }

    fn redirect_uris(state: &model::State) -> Vec<String> {
        state.clients.redirect_uris()
    }

    fn users(state: &model::State) -> Vec<User> {
        state.logins()
    }

    fn routes(_: &ProviderSetup<Self>) -> Routes<Self> {
        Routes {
            authorize: Router::new().route("/oauth2/authorize", get(authorize::ask).post(authorize::decide)),
            token: TokenEndpoint::new(&["/oauth2/token"], token::token),
            api: ACCOUNTS.iter().fold(Router::new(), |routes, account| routes.merge(api(account))),
            pages: login_pages::routes::<Self>(),
        }
    }

    fn controls() -> Router<SharedCore<Self>> {
        Router::new().route("/register_client", post(register_client))
    }
}

/// The API of one customer.
fn api(account: &Account) -> Router<SharedCore<Rules>> {
    let at = |path: &str| format!("{}{API_PATH}{path}", account.prefix);
    let payments = |path: &str| at(&format!("/services/payments{path}"));
    Router::new()
        .route(&at("/students.json"), post(people::create_student))
        .route(&at("/users.json"), get(people::users).post(people::create_user))
        .route(&payments("/agent_invoices.json"), get(invoices::agent_list).post(invoices::agent_create))
        .route(
            &payments("/provider_invoices.json"),
            get(invoices::provider_list).post(invoices::provider_create),
        )
        .route(&at("/services/insurance/quote.json"), get(insurance::quote))
}

impl LoginPages for Rules {
    fn home(state: &model::State, user: &User) -> Markup {
        html! {
            @if let Some(account) = state.account_of(&user.login) {
                p { "Your account is " strong { (account.name) } "." }
            }
        }
    }
}
