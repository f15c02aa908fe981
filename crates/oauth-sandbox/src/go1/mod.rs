//! Go1: authorization host, API of version 2 and gateway, all on one origin.
//!
//! Sources: Go1's "OAuth Connect Flow"
//! <https://www.go1.com/developers/partners/concepts/connect-a-portal-via-oauth>, go1.com's pages on grants
//! and scopes, Go1's REST reference of 2025-01-01, and docs/provider-facts.md section 3. Paths:
//! `/oauth/authorize`, `/oauth/token`, `/oauth/validate`; version 2 under `/v2`; the gateway under
//! `/gateway`. Peculiarities:
//!
//! - the callback is `<redirect_uri>?code=…`; in the template of the OAuth Connect Flow the path
//!   gets a final slash ([`Builder::callback_slash`]);
//! - authorization and token endpoint check requests and report errors like `league/oauth2-server` 8.5, which
//!   Go1's error codes and code format point to (docs/provider-facts.md 3a; run against 8.5.5). Among
//!   others: an unknown scope is redirected without `state`; an unknown client, redirect URI or
//!   `response_type` is JSON without a redirect; a code that is spent or not a code is `invalid_request`; a
//!   redirect URI that is not registered is 401 `invalid_client`; a missing `grant_type` is
//!   `unsupported_grant_type`; without a `redirect_uri` in the authorize URL, the only registered one counts;
//! - the token endpoint accepts multipart form-data, urlencoded forms and JSON, and the client's credentials
//!   in the body or as HTTP Basic;
//! - access tokens live for 12 hours; refresh tokens live for 90 days, and each is used once and replaced;
//! - a user without an account can sign up during the authorization request; the new portal is linked to the
//!   `partner_portal_id` of the authorize URL ([`Go1::portals`]);
//! - a `client_credentials` response has no refresh token; the `password` grant needs the `portal_name`;
//! - the API's response to an invalid token is 401 `{"message":"Invalid token"}`, and to a token that lacks a
//!   scope 401 `{"message":"Missing scopes"}`; the gateway needs an `Api-Version` header.
//!
//! **Guesses**:
//!
//! - authorization: the login and sign-up pages and their paths; scopes must be known but may be missing;
//!   `partner_portal_id` is optional and may be any number;
//! - token endpoint: that it is the server named above; parameters have to be in the body; codes live for 10
//!   minutes, and a rejected call does not use up the code; a client-credentials token is for the partner's
//!   own portal, belongs to no user, and has all scopes when the request names none;
//! - API: the scope that a call needs; both bodies of `/oauth/validate`; 400 without an `Api-Version` (any
//!   date or `alpha`); the fields of `/v2/me` and `/v2/learning-objects`, and
//!   `partner_portal_id` in `/v2/account`.
//!
//! Not simulated: the implicit grant, `new_client`, choosing among several portals, webhooks, and PKCE (its
//! parameters are ignored: Go1 documents none).

mod api;
mod authorize;
mod learning_objects;
mod model;
mod oauth_error;
mod scope;
mod sign_up;
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
use crate::provider::{Credentials, ProviderRules, Routes, SharedCore};
use crate::request::ProviderRequest;
use crate::server_handle::ServerHandle;
use crate::user::User;
use crate::{consent_flow, random};

pub use model::Portal;

/// A simulated Go1 on loopback.
pub type Go1 = ServerHandle<Rules>;

/// The rules of Go1.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Rules {}

type Request = ProviderRequest<Rules>;

/// Options of Go1, set by methods of [`Builder`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    callback_slash: bool,
}

impl Builder<Rules> {
    /// Adds a slash to the redirect URI's path if it does not end in one, as in the template of
    /// Go1's "OAuth Connect Flow", `<REDIRECT_URL>/?code=<AUTHORIZATION_CODE>`. Off by default:
    /// `league/oauth2-server` adds none.
    pub fn callback_slash(mut self, callback_slash: bool) -> Self {
        self.options.callback_slash = callback_slash;
        self
    }
}

impl ServerHandle<Rules> {
    /// All portals, including those created by sign-ups.
    #[must_use]
    pub fn portals(&self) -> Vec<Portal> {
        self.core().state().portals.to_vec()
    }

    /// The number of the partner's own portal, for `partner_portal_id`. The sandbox accepts any other number
    /// too.
    #[must_use]
    pub fn partner_portal_id(&self) -> u64 {
        model::PARTNER_PORTAL
    }

    /// Registers an application with the first one's redirect URIs, until the next reset. Returns identifier
    /// and secret.
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

impl ProviderRules for Rules {
    const NAME: &'static str = "go1";
    const TITLE: &'static str = "Go1";
    const PORT_OFFSET: u16 = 2;
    const API_PATH: &'static str = "/v2";
    type Options = Options;
    type State = model::State;

    fn new_credentials() -> Credentials {
        Credentials {
            client_id: random::hex::<20>(),
            client_secret: random::hex::<20>(),
            ..Credentials::default()
        }
    }

    fn switches(options: &mut Options) -> Vec<(&'static str, &mut bool)> {
        vec![("callback_slash", &mut options.callback_slash)]
    }

    fn routes(_: &SharedCore<Self>) -> Routes<Self> {
        Routes {
            authorize: consent_flow::routes(Self::AUTHORIZE_PATH),
            token: Router::new().route(Self::TOKEN_PATH, post(token::token)),
            api: Router::new()
                .route("/oauth/validate", get(api::validate))
                .route("/v2/me", get(api::me))
                .route("/v2/account", get(api::account))
                .route("/v2/learning-objects", get(learning_objects::list_in_v2))
                .route("/gateway/learning-objects", get(learning_objects::list_on_gateway)),
            pages: login_pages::routes().merge(sign_up::routes()),
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

    fn home(request: &Request, user: &User) -> (String, Markup) {
        let state = request.core.state();
        let content = html! {
            @if let Some(portal) = state.portal_of(user) {
                p { "Your portal is " strong { (portal.name) } " (" code { (portal.url) } ")." }
            }
        };
        ("Home".to_owned(), content)
    }
}
