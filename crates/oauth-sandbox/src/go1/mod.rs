//! Go1: authorization host, API of version 2 and gateway, all on one origin.
//!
//! Sources: Go1's "OAuth Connect Flow"
//! <https://www.go1.com/developers/partners/concepts/connect-a-portal-via-oauth>, go1.com's pages on grants
//! and scopes, Go1's REST reference of 2025-01-01, and docs/provider-facts.md section 3. Paths:
//! `/oauth/authorize`, `/oauth/token`, `/oauth/validate`; version 2 under `/v2`; the gateway under
//! `/gateway`. Peculiarities:
//!
//! - the callback is `<redirect_uri>?code=…`; in the template of the OAuth Connect Flow the path
//!   gets a final slash ([`Builder::callback_slash`](crate::Builder::callback_slash));
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
//!   scope 401 `{"message":"Missing scopes"}`; the gateway needs an `Api-Version` header;
//! - the gateway has enrollments, webhooks, learning objects, user accounts and portals. A caller reaches its
//!   own portal only. The third user is a learner, without an administrator's rights; client credentials act
//!   as an administrator;
//! - webhooks get `enrollment.create`, `.complete` and `.delete`, signed by the sandbox's clock if they have
//!   a `secret_key`. Only URLs of this computer are called, one after another, over plain HTTP.
//!   [`Go1::complete_enrollment`] completes an enrollment, [`Go1::replay_event`] repeats the last event.
//!
//! **Guesses**:
//!
//! - authorization: the login and sign-up pages and their paths; scopes must be known but may be missing;
//!   `partner_portal_id` is optional and may be any number;
//! - token endpoint: that it is the server named above; parameters have to be in the body; codes live for 10
//!   minutes, and a rejected call does not use up the code; a client-credentials token is for the partner's
//!   own portal, belongs to no user, and has all scopes when the request names none;
//! - API: the scope that a call of version 2 needs; both bodies of `/oauth/validate`; 400 without an
//!   `Api-Version` (any date or `alpha`); the fields of `/v2/me` (with the role `learner`) and
//!   `/v2/learning-objects`, and `partner_portal_id` in `/v2/account`;
//! - gateway: error codes and texts except `enrollment_exists` and those of portals and certificates; paging,
//!   403 and 404 of user accounts (known from a third party), and their `user` and `roles` in single calls
//!   only; an empty `partner_portal_id` of a portal without partner; only the token's portal can be read;
//! - enrollments: a field that does not fit type or status is refused with 400; times that are left out; an
//!   archived enrollment is gone; `status=assigned` finds those of that type; learners get 404 for others'
//!   enrollments, may create and change their own, and may not delete any;
//! - webhooks: all calls need an administrator; null changes nothing; `created_by` is the user account, `0`
//!   for client credentials;
//! - events: `data` is the enrollment as `GET /enrollments/{id}` returns it; the format of `sent`; `id` is
//!   the same for all webhooks; an enrollment created as completed causes two events, and a replaced one
//!   none; no event is sent a second time if the subscriber fails.
//!
//! Not simulated: the implicit grant, `new_client`, choosing among several portals, enrollments within
//! others, content events, OAuth 2.0 at a webhook's subscriber, parts of a learning object except `core`,
//! `lifecycle`, `relevance` and `provider`, and PKCE (its parameters are ignored: Go1 documents none).

mod api;
mod authorize;
mod certificate;
mod enrollment_list;
mod enrollments;
mod events;
mod handle;
mod learning_objects;
mod model;
mod oauth_error;
mod paging;
mod portals;
mod scope;
mod sign_up;
mod token;
mod user_accounts;
mod webhooks;

use axum::Router;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::routing::{get, patch, post};
use maud::{Markup, html};

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

/// A path parameter, checked after the caller.
type PathText = Result<Path<String>, PathRejection>;

/// Options of Go1, set by methods of [`Builder`](crate::Builder).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    callback_slash: bool,
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
                .route("/gateway/learning-objects", get(learning_objects::list_on_gateway))
                .route("/gateway/learning-objects/{id}", get(learning_objects::show))
                .route("/gateway/enrollments", get(enrollment_list::list).post(enrollments::create))
                .route(
                    "/gateway/enrollments/{id}",
                    get(enrollments::show).patch(enrollments::update).delete(enrollments::delete),
                )
                .route("/gateway/enrollments/{id}/certificate", get(certificate::show))
                .route("/gateway/webhooks", get(webhooks::list).post(webhooks::create))
                .route("/gateway/webhooks/{id}", patch(webhooks::update))
                .route("/gateway/user-accounts", get(user_accounts::list))
                .route("/gateway/user-accounts/{id}", get(user_accounts::show))
                .route("/gateway/portals/{id}", get(portals::show)),
            pages: login_pages::routes().merge(sign_up::routes()),
        }
    }

    fn controls() -> Router<SharedCore<Self>> {
        handle::control_routes()
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
