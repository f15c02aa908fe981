//! Sandbox of Cobot: hosts for `www`, for API 2 and for each space.
//!
//! Sources: Cobot's "OAuth Flow" <https://dev.cobot.me/page/oauth-flow>, <https://dev.cobot.me/api-docs> with
//! its pages `/users`, `/spaces`, `/access-tokens`, `/memberships`, `/bookings`, `/webhooks-api`, `/plans`,
//! `/payment-records` and `/teams`, the description of API 2 <https://dev.cobot.me/openapi> (the copy in
//! api-evangelist/cobot of 2026-08-22), and docs/provider-facts.md section 2. Cobot's particularities:
//!
//! - The authorization endpoint exists on `www` and on each space's subdomain, the token endpoint on `www`
//!   only. The token request has no `redirect_uri`.
//! - The authorization endpoint accepts a registered redirect URI with additional query parameters: Cobot's
//!   own gem, `omniauth_cobot`, adds `cobot_space_subdomain`.
//! - Users of a space with a custom domain log in there, so Cobot redirects the browser to that domain.
//! - The token response has two fields. Tokens do not expire, and there are no refresh tokens.
//! - A token keeps its scopes when those of the client change
//!   ([`ServerHandle::set_client_scopes`](crate::ServerHandle::set_client_scopes)).
//! - The "app flow" is the password grant: e-mail address and password, in the query or in the body.
//! - PKCE is supported (S256 only) but optional. If the authorization request had a challenge, the token
//!   request needs the verifier.
//! - Registering an app issues a token
//!   ([`ServerHandle::registration_token`](crate::ServerHandle::registration_token)). Creating a user issues
//!   a `grant_code`, which is exchanged like an authorization code.
//! - A token can be exchanged for a space token, which outlives the rights of the user who created it
//!   ([`ServerHandle::cut_admin_rights`](crate::ServerHandle::cut_admin_rights)).
//! - The API accepts the token in the `Authorization` header or as the parameter `access_token`. It allows
//!   60 requests a minute per endpoint and user, and 6 for the list of memberships.
//! - API 2 on its own host is JSON:API. It has the user, spaces, memberships, resources, bookings and
//!   check-ins. The check-in token of a membership is `card-` and its customer number.
//! - A subscription's URL, which has to be on this computer, is called when a booking or a membership changes
//!   ([`ServerHandle::add_member`](crate::ServerHandle::add_member)). Calls are not signed. A failed call is
//!   retried by the sandbox's clock; after ten retries, or a 410, the subscription is inactive.
//!
//! # Hosts
//!
//! The sandbox's own address, `localhost` and `www.localhost` stand for `www.cobot.me`, `api.localhost` for
//! `api.cobot.me`, and `betahaus.localhost` for `betahaus.cobot.me`, all on one port. The space `harbour`
//! has the custom domain `members.harbour-coworking.localhost`, which stands for
//! `members.harbour-coworking.example`. Any other host below `localhost` gives 404. Browsers resolve these
//! names without configuration (RFC 6761).
//!
//! A session is valid on one host. (Cobot's own subdomains may share sessions, but a browser shares no
//! cookies between `betahaus.localhost` and `localhost`.)
//!
//! # Guesses
//!
//! No source documents these:
//!
//! - Errors of the authorization endpoint: a page (400) for an unknown client or redirect URI. All other
//!   errors, including a denial by the user, redirect to the redirect URI with `state` (RFC 6749 section
//!   4.1.2.1). Errors of the token endpoint follow RFC 6749 section 5.2, with 401 for `invalid_client`. A
//!   verifier without a challenge is rejected like a wrong verifier.
//! - A scope that the client is not registered for is `invalid_scope`. By default the client has all
//!   documented scopes and six `write_…` scopes inferred from their `read_…` counterparts. A token without
//!   scopes can call endpoints that need none. `read` includes every `read_…` scope.
//! - A code lives for 10 minutes, and a failed attempt does not consume it. A repeated authorization issues
//!   another token and revokes none.
//! - The token endpoint ignores `redirect_uri` (the gem sends another one than to the authorization
//!   endpoint). It accepts client credentials as parameters only, not in a Basic header.
//! - A `grant_code` has the scopes of the token that created the user. The registration token belongs to the
//!   first user.
//! - The space token response has status 201. Only admins of a space can create its space token (403), which
//!   is valid in that space alone. Any valid token may be looked up and revoked. Members may read their own
//!   membership.
//! - Bodies and statuses of 401, 403, 404 and 429. A rate limit window starts with its first request. The
//!   header takes precedence over the parameter `access_token`.
//! - A space's custom domain serves pages, but no API. `GET /api/spaces/…` needs no token and ignores one.
//! - Paths of all pages except `/oauth/authorize`, and all texts.
//!
//! - API 2: 403 without a scope or without the right, 404 for an unknown id, 406 without the media type in
//!   `Accept`, 415 without it in `Content-Type`, 422 for a missing or invalid query parameter, 400 for an
//!   unknown `include`. `read` and `write` stand for the scopes of API 2 too. Bookings need `read_events` and
//!   `read_external_bookings` for the `include` alone. A larger `page[size]` counts as 200.
//! - A booking beyond the units of its resource is not bookable (400), and a member may not book what only
//!   admins book. Members change their own bookings until the cancellation period begins, afterwards 403.
//!   The estimated price is the price; prices round down to the cent.
//! - A check-in lasts 12 hours. A second one meanwhile, a canceled membership and an unknown token are 422,
//!   as is a check-out of a check-in that is over. The plan "Ten days" has ten check-ins.
//! - A webhook call is retried 1, 3, 8, 18, 38, 78, 158, 318 and 638 minutes and 20 hours after the event,
//!   and waits 10 seconds of real time for a response. An inactive subscription is no duplicate (409). Errors
//!   of subscriptions have the bodies of other errors of API 1.
//! - `GET /api/bookings/…` of API 1, the URL in webhook calls, is one entry of the documented list. The call
//!   for a deleted booking has the form that Cobot's Zapier app reads.
//!
//! Not included: all other calls of API 2, its sparse fieldsets and CORS headers, recurring bookings, booking
//! extras, networks; webhook calls for other events than bookings created, updated and deleted, and
//! memberships created, confirmed and canceled; OpenID Connect, discovery, dynamic client registration.

mod api;
mod api2;
mod authorize;
mod bookings;
mod caller;
mod check_ins;
mod fixtures;
mod handle;
mod host_routing;
mod json_api;
mod model;
mod pages;
mod rate_limit;
mod scopes;
mod subscriptions;
mod token;

use axum::Router;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::routing::{get, post, put};

use crate::provider::{Credentials, ProviderRules, Routes, SharedCore};
use crate::request::ProviderRequest;
use crate::server_handle::ServerHandle;
use crate::{consent_flow, login_pages, random};

pub use handle::Space;

/// A running Cobot sandbox on loopback.
pub type Cobot = ServerHandle<Rules>;

/// Cobot's rules, the type parameter of [`Cobot`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Rules {}

type Request = ProviderRequest<Rules>;

/// A path parameter, checked after the caller.
type PathText = Result<Path<String>, PathRejection>;

/// Options that only Cobot has.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// The scopes that the client is registered for. `None` means all known scopes.
    client_scopes: Option<Vec<String>>,
}

impl ProviderRules for Rules {
    const NAME: &'static str = "cobot";
    const TITLE: &'static str = "Cobot";
    const PORT_OFFSET: u16 = 1;
    const TOKEN_PATH: &'static str = "/oauth/access_token";
    type Options = Options;
    type State = model::State;

    fn host_names() -> Vec<String> {
        let hosts =
            |space: &fixtures::SpaceFixture| [Some(space.api_host()), space.custom_domain.map(str::to_owned)];
        let spaces = fixtures::SPACES.iter().flat_map(hosts).flatten();
        spaces.chain(["www.localhost".to_owned(), host_routing::API2_HOST.to_owned()]).collect()
    }

    fn new_credentials() -> Credentials {
        Credentials {
            // Length of the example at dev.cobot.me/api-docs/access-tokens. The secret's length is a guess.
            client_id: random::hex::<16>(),
            client_secret: random::hex::<32>(),
            registration_token: random::hex::<32>(),
            ..Credentials::default()
        }
    }

    fn routes(_: &SharedCore<Self>) -> Routes<Self> {
        Routes {
            authorize: consent_flow::routes(Self::AUTHORIZE_PATH),
            token: Router::new().route(Self::TOKEN_PATH, post(token::token)),
            api: Router::new()
                .route("/api/user", get(api::user))
                .route("/api/users", post(api::create_user))
                .route("/api/spaces/{subdomain}", get(api::space))
                .route("/api/access_tokens/{token}", get(api::token_info).delete(api::revoke_token))
                .route("/api/access_tokens/{token}/space", post(api::create_space_token))
                .route("/api/memberships", get(api::memberships))
                .route("/api/memberships/{id}", get(api::membership))
                .route("/api/bookings/{id}", get(bookings::show_in_api1))
                .route("/api/subscriptions", get(subscriptions::list).post(subscriptions::create))
                .route("/api/subscriptions/{id}", get(subscriptions::show).delete(subscriptions::delete))
                .merge(api2_routes()),
            pages: login_pages::routes(),
        }
    }

    fn controls() -> Router<SharedCore<Self>> {
        handle::control_routes()
    }
}

fn api2_routes() -> Router<SharedCore<Rules>> {
    Router::new()
        .route("/user", get(api2::user))
        .route("/spaces/{id}", get(api2::space))
        .route("/spaces/{id}/memberships", get(api2::memberships))
        .route("/spaces/{id}/resources", get(api2::resources))
        .route("/spaces/{id}/resources/available", get(api2::available_resources))
        .route("/spaces/{id}/bookings", get(bookings::list))
        .route("/spaces/{id}/check_ins/current", get(check_ins::current))
        .route("/memberships/{id}", get(api2::membership))
        .route("/memberships/{id}/bookings", post(bookings::create_for_member))
        .route("/resources/{id}", get(api2::resource))
        .route("/bookings", post(bookings::create))
        .route("/bookings/{id}", get(bookings::show).patch(bookings::update).delete(bookings::delete))
        .route("/check_ins", post(check_ins::create))
        .route("/check_ins/{id}/check_out", put(check_ins::check_out))
}
