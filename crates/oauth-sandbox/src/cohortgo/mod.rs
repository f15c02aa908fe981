//! Sandbox of Cohort Go: the portal on one port, the customers' API on another.
//!
//! Sources: Cohort Go's guide "OAuth2" <https://cohortgo.dev/guides/oauth2/>, the other guides on
//! cohortgo.dev, and docs/provider-facts.md section 4. Its particularities:
//!
//! - `/oauth2/authorize` and `/oauth2/token` are on the portal. The token response contains the URL of the
//!   API (`api_base_url`), which varies by customer: it has another port than the portal, and for one of the
//!   two customers also another path. The portal serves no API, and a token is valid only at its own
//!   customer's API, so a client that ignores `api_base_url` fails.
//! - The token request needs `mode=server` and no `redirect_uri`. The response contains exactly
//!   `access_token`, `token_type` (`bearer`), `scope` (a string, `""` for none), `api_base_url` and
//!   `base_url`. Tokens do not expire and cannot be refreshed.
//! - The scopes are `act-as-user` and `auto-create-users`, separated by a comma. The second requires the
//!   first. The consent page warns that the application may act as any user of the account.
//! - With `act-as-user`, the token belongs to a system user created for the application. A call with
//!   `X-Act-as-User: "Name" <email>` is made as that user ([`CohortGo::authorized_calls`]). With
//!   `auto-create-users`, an unknown user is created with the default branch, the role 'None' and no login
//!   ([`CohortGo::account_users`]).
//! - Request bodies are JSON wrapped in a root key. Paths end in `.json`.
//!
//! # Guesses
//!
//! No source documents these:
//!
//! - Login pages and paths. An unknown client or redirect URI gives a page with status 400. Other errors
//!   redirect back as in RFC 6749. `state` is echoed ([`Builder::echo_state`]).
//! - Codes live for 10 minutes, and a failed attempt does not consume one. Tokens do not expire. The
//!   parameters of the token request may be in the query.
//! - Bodies and statuses of errors: 400 without `mode=server`, 401 for `invalid_client`, 415 for a body that
//!   is not JSON, 422 for an invalid value. A created object gives 201.
//! - `X-Act-as-User` is parsed strictly, and its address is compared without regard to case: 400 if
//!   malformed, 403 for a token without `act-as-user`, 422 for an unknown user without `auto-create-users`.
//! - Lists are bare arrays, oldest first, 25 entries to a page, starting at page 1. `GET` of agent invoices.
//! - **The whole Users API** (`GET` and `POST /users.json`), whose path is not published.
//!
//! Not included: API users over HTTP Basic, updating objects, PKCE (its parameters are ignored, because
//! Cohort Go documents none).

mod act_as;
mod api;
mod authorize;
mod caller;
mod invoices;
mod model;
mod scope;
mod token;

use axum::body::Bytes;
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use maud::{Markup, html};
use serde_json::Value;

use crate::builder::Builder;
use crate::control::{self, ControlError};
use crate::login_pages::{self, LoginPages};
use crate::provider::{Credentials, ProviderCore, ProviderRules, Routes, SharedCore};
use crate::request::ProviderRequest;
use crate::server_handle::ServerHandle;
use crate::user::User;
use crate::{consent_flow, random};
use invoices::InvoiceKind;
use model::{ACCOUNTS, Account};

pub use model::{AccountUser, AuthorizedCall};

/// Parses the header `X-Act-as-User` into a name and an address. Not part of the API.
#[cfg(feature = "__internal")]
#[doc(hidden)]
pub fn parse_act_as_user(header: &str) -> Option<(String, String)> {
    act_as::parse(header).map(|named| (named.name, named.email))
}

/// A running Cohort Go sandbox on loopback.
pub type CohortGo = ServerHandle<Rules>;

/// Cohort Go's rules, the type parameter of [`CohortGo`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Rules {}

type Request = ProviderRequest<Rules>;

/// The end of every customer's API base URL.
const API_PATH: &str = "/api/v1";

/// Options that only Cohort Go has.
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
    /// Sets if the callback echoes `state`. The default is `true`, which Cohort Go does not document.
    pub fn echo_state(mut self, echo_state: bool) -> Self {
        self.options.echo_state = echo_state;
        self
    }

    /// Sets the `api_base_url` of token responses, to simulate a hostile or hijacked server. A client must
    /// not send its token there.
    pub fn poisoned_api_base_url(mut self, url: impl Into<String>) -> Self {
        self.options.poisoned_api_base_url = Some(url.into());
        self
    }

    /// Sets the API's port. The default, 0, selects any free port.
    pub fn api_port(mut self, port: u16) -> Self {
        self.api_port = port;
        self
    }
}

impl ServerHandle<Rules> {
    /// Name and API base URL of each customer. The first URL equals [`api_url`](Self::api_url).
    #[must_use]
    pub fn accounts(&self) -> Vec<(String, String)> {
        ACCOUNTS.iter().map(|account| (account.name.to_owned(), api_base_url(self.core(), account))).collect()
    }

    /// All users of all accounts, including those without a login.
    #[must_use]
    pub fn account_users(&self) -> Vec<AccountUser> {
        self.core().state().users.to_vec()
    }

    /// The newest 1000 API calls that were authorized, oldest first, with the user each was made as.
    #[must_use]
    pub fn authorized_calls(&self) -> Vec<AuthorizedCall> {
        self.core().state().authorized_calls.to_vec()
    }

    /// Registers another application with the redirect URIs of the first, until the next reset. Returns its
    /// client id and client secret.
    #[must_use]
    pub fn register_client(&self, name: &str) -> (String, String) {
        self.core().state().clients.register(name)
    }
}

/// The base URL of a customer, without the API path.
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

impl ProviderRules for Rules {
    const NAME: &'static str = "cohortgo";
    const TITLE: &'static str = "Cohort Go";
    const PORT_OFFSET: u16 = 0;
    const AUTHORIZE_PATH: &'static str = "/oauth2/authorize";
    const TOKEN_PATH: &'static str = "/oauth2/token";
    const SEPARATE_API_PATH: Option<&'static str> = Some(API_PATH);
    type Options = Options;
    type State = model::State;

    fn new_credentials() -> Credentials {
        // A readable name, as in the example of Cohort Go's guide.
        let client_id = format!("sandbox-app-{}", random::hex::<4>());
        Credentials { client_id, client_secret: random::opaque(), ..Credentials::default() }
    }

    fn switches(options: &mut Options) -> Vec<(&'static str, &mut bool)> {
        vec![("echo_state", &mut options.echo_state)]
    }

    fn routes(_: &SharedCore<Self>) -> Routes<Self> {
        Routes {
            authorize: consent_flow::routes(Self::AUTHORIZE_PATH),
            token: Router::new().route(Self::TOKEN_PATH, post(token::token)),
            api: ACCOUNTS.iter().fold(Router::new(), |routes, account| routes.merge(api_routes(account))),
            pages: login_pages::routes(),
        }
    }

    fn controls() -> Router<SharedCore<Self>> {
        Router::new().route("/register_client", post(register_client))
    }
}

fn api_routes(account: &Account) -> Router<SharedCore<Rules>> {
    let at = |path: &str| format!("{}{API_PATH}{path}", account.prefix);
    let payments = |path: &str| at(&format!("/services/payments{path}"));
    Router::new()
        .route(&at("/students.json"), post(api::create_student))
        .route(&at("/users.json"), get(api::list_users).post(api::create_user))
        .route(&payments("/agent_invoices.json"), invoices::routes(InvoiceKind::Agent))
        .route(&payments("/provider_invoices.json"), invoices::routes(InvoiceKind::Provider))
        .route(&at("/services/insurance/quote.json"), get(api::quote))
}

impl LoginPages for Rules {
    fn home(request: &Request, user: &User) -> (String, Markup) {
        let content = html! {
            @if let Some(account) = request.core.state().account_of(&user.login) {
                p { "Your account is " strong { (account.name) } "." }
            }
        };
        ("Home".to_owned(), content)
    }
}
