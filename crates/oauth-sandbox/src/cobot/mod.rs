//! Sandbox of Cobot: one host for `www` and one host for each space.
//!
//! Sources: Cobot's "OAuth Flow" <https://dev.cobot.me/page/oauth-flow>, <https://dev.cobot.me/api-docs> with
//! its pages `/users`, `/spaces`, `/access-tokens`, `/memberships`, `/plans`, `/payment-records` and
//! `/teams`, and docs/provider-facts.md section 2. Cobot's particularities:
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
//!
//! # Hosts
//!
//! The sandbox's own address, `localhost` and `www.localhost` stand for `www.cobot.me`, and
//! `betahaus.localhost` for `betahaus.cobot.me`, all on one port. The space `harbour` has the custom domain
//! `members.harbour-coworking.localhost`, which stands for `members.harbour-coworking.example`. Any other
//! host below `localhost` gives 404. Browsers resolve these names without configuration (RFC 6761).
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
//! Not included: API 2 (`api.cobot.me`), OpenID Connect, discovery, dynamic client registration.

mod api;
mod authorize;
mod caller;
mod fixtures;
mod handle;
mod host_routing;
mod model;
mod pages;
mod rate_limit;
mod scopes;
mod token;

use axum::Router;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::routing::{get, post};

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
        spaces.chain(["www.localhost".to_owned()]).collect()
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
                .route("/api/memberships/{id}", get(api::membership)),
            pages: login_pages::routes(),
        }
    }

    fn controls() -> Router<SharedCore<Self>> {
        handle::control_routes()
    }
}
