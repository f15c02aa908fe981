//! Go1: authorization host, API of version 2 and gateway, all on one origin.
//!
//! Sources: seed 002 and docs/provider-facts.md section 3, go1.com's pages on the grants and on scopes, and Go1's
//! REST reference of 2025-01-01. What is where: `/oauth/authorize`, `/oauth/token`, `/oauth/validate`; version 2 under `/v2`; the
//! gateway under `/gateway`. Its own ways:
//!
//! - the callback is `<redirect_uri>/?code=…`, as the seed shows it: a path that does not end in a slash gets one
//!   ([`Builder::callback_slash`]);
//! - the token endpoint takes multipart form-data, urlencoded forms and JSON; the client's credentials in the body or as HTTP Basic;
//! - access tokens live for 12 hours; refresh tokens for 90 days, each can be used once and gives a new pair;
//! - somebody without an account can sign up on the way, and the new portal is linked to the `partner_portal_id` of the authorize URL
//!   ([`Go1::portals`]);
//! - `client_credentials` gives no refresh token; `password` wants the `portal_name`;
//! - the API answers a bad token with 401 `{"message":"Invalid token"}`; the gateway wants an `Api-Version` header.
//!
//! **Guesses**: login and sign-up pages and their paths; an unknown client or redirect URI gives a page with status 400 and no redirect;
//! errors go back in the form of RFC 6749, with the `state`, and with the same slash as a code; scopes must be known, none is fine;
//! `partner_portal_id` may be missing and may be any number; codes live for 10 minutes, and one that is refused is not spent; the
//! statuses, codes and texts of the token endpoint's refusals (in the style of `league/oauth2-server`: 401 `invalid_client`, 400
//! `invalid_grant` and `invalid_request`, 401 `invalid_request` for a refresh token), but its parameters have to be in the body;
//! refreshing ends the old access token; a client-credentials token serves the partner's own portal, belongs to no user, and has all
//! scopes when none is asked for; which scope a call needs, and 403 without it; the body of `/oauth/validate`; 400 without an
//! `Api-Version` (any date and `alpha` will do); the fields of `/v2/me`, of `/v2/learning-objects` and `partner_portal_id` in
//! `/v2/account`. Not played: the implicit grant, `new_client`, choosing among several portals, webhooks, PKCE (its parameters are
//! ignored: Go1 documents none).

mod api;
mod authorize;
mod catalogue;
mod learning_objects;
mod model;
mod scope;
mod sign_up;
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
use crate::provider::{Origin, ProviderRules, ProviderSetup, Routes, SharedCore, Urls};
use crate::random;
use crate::server_handle::ServerHandle;
use crate::token_endpoint::TokenEndpoint;
use crate::user::User;

pub use model::Portal;

/// Go1, played on loopback.
pub type Go1 = ServerHandle<Rules>;

/// What makes a provider Go1.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Rules {}

/// Go1's switches.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    callback_slash: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { callback_slash: true }
    }
}

impl Builder<Rules> {
    /// Whether a slash is put between the redirect URI and the `?` when its path does not end in one. On by default: the seed's
    /// template is `<REDIRECT_URL>/?code=<AUTHORIZATION_CODE>`.
    pub fn callback_slash(mut self, callback_slash: bool) -> Self {
        self.options.callback_slash = callback_slash;
        self
    }
}

impl ServerHandle<Rules> {
    /// All portals that there are now, those included that were made by signing up.
    #[must_use]
    pub fn portals(&self) -> Vec<Portal> {
        self.core().state().portals.to_vec()
    }

    /// The number of the partner's own portal: what to send as `partner_portal_id`. The sandbox takes any other number too.
    #[must_use]
    pub fn partner_portal_id(&self) -> u64 {
        model::PARTNER_PORTAL
    }

    /// Registers one more application, with the first one's redirect URIs, until the next reset. Gives its identifier and its secret.
    #[must_use]
    pub fn register_client(&self, name: &str) -> (String, String) {
        self.core().state().clients.register(name)
    }
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
    const NAME: &'static str = "go1";
    const TITLE: &'static str = "Go1";
    const PORT_OFFSET: u16 = 2;
    type Options = Options;
    type Credentials = Credentials;
    type State = model::State;

    fn new_credentials() -> Credentials {
        Credentials { client_id: random::hex::<20>(), client_secret: random::hex::<20>() }
    }

    fn client(credentials: &Credentials) -> (&str, &str) {
        (&credentials.client_id, &credentials.client_secret)
    }

    fn urls(origin: &Origin) -> Urls {
        let root = origin.url();
        Urls {
            authorize: format!("{root}/oauth/authorize"),
            token: format!("{root}/oauth/token"),
            api: format!("{root}/v2"),
            root,
        }
    }

    fn state(setup: &ProviderSetup<Self>, _: DateTime<Utc>) -> model::State {
        let Credentials { client_id, client_secret } = &setup.credentials;
        model::State::new(Clients::new(client_id, client_secret, &setup.redirect_uris))
    }

    fn redirect_uris(state: &model::State) -> Vec<String> {
        state.clients.redirect_uris()
    }

    fn users(state: &model::State) -> Vec<User> {
        state.members.iter().map(|member| member.user.clone()).collect()
    }

    fn routes(_: &ProviderSetup<Self>) -> Routes<Self> {
        Routes {
            authorize: Router::new().route("/oauth/authorize", get(authorize::ask).post(authorize::decide)),
            token: TokenEndpoint::new(&["/oauth/token"], token::token),
            api: Router::new()
                .route("/oauth/validate", get(api::validate))
                .route("/v2/me", get(api::me))
                .route("/v2/account", get(api::account))
                .route("/v2/learning-objects", get(learning_objects::in_version_2))
                .route("/gateway/learning-objects", get(learning_objects::on_gateway)),
            pages: login_pages::routes::<Self>().merge(sign_up::routes()),
        }
    }

    fn controls() -> Router<SharedCore<Self>> {
        Router::new().route("/register_client", post(register_client))
    }
}

impl LoginPages for Rules {
    fn below_login() -> Markup {
        html! { p { "New to Go1? " a href=(sign_up::SIGN_UP) { "Sign up" } } }
    }

    fn home(state: &model::State, user: &User) -> Markup {
        let portal = state.member(&user.login).and_then(|member| state.portal(member.portal));
        html! {
            @if let Some(portal) = portal {
                p { "Your portal is " strong { (portal.name) } " (" code { (portal.url) } ")." }
            }
        }
    }
}
