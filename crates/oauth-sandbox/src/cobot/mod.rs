//! Cobot: the `www` host, and beside it a host for each space.
//!
//! Sources: seed 001 and docs/provider-facts.md section 2, and Cobot's own pages
//! <https://dev.cobot.me/page/oauth-flow>, <https://dev.cobot.me/api-docs>, and below it `/users`, `/spaces`, `/access-tokens`,
//! `/memberships`, `/plans`, `/payment-records` and `/teams`. What is particular here:
//!
//! - one authorizes on `www` or on the space's subdomain, and always gets the token from `www`; the token call has no `redirect_uri`;
//! - people who use a space under its own domain are logged in there, so Cobot moves the browser to it;
//! - the token answer has two fields, tokens don't expire, and there is no refresh;
//! - a token keeps its scopes when those of the client change ([`ServerHandle::set_client_scopes`](crate::ServerHandle::set_client_scopes));
//! - the app flow: a person's e-mail address and password for a token, in the query or in the body;
//! - PKCE is there (S256 only) and not enforced; when the authorize URL had a challenge, the token call needs the verifier;
//! - registering an app makes a token ([`ServerHandle::registration_token`](crate::ServerHandle::registration_token)), creating a user makes a
//!   `grant_code`, which is redeemed as a code is;
//! - a token can be turned into one of a space, which outlives its maker's rights
//!   ([`ServerHandle::cut_admin_rights`](crate::ServerHandle::cut_admin_rights));
//! - the API takes the token in the header or as the parameter `access_token`; 60 requests a minute for each endpoint and person, 6
//!   for the list of members.
//!
//! # Hosts
//!
//! `www.cobot.me` is played at the sandbox's own address, and at `localhost` and `www.localhost` on the same port; `betahaus.cobot.me` at
//! `betahaus.localhost`. The space `harbour` has a domain of its own, `members.harbour-coworking.localhost`, which stands for
//! `members.harbour-coworking.example`. Any other host below `localhost` is answered with 404. Browsers find these names by themselves (RFC 6761).
//!
//! Sessions belong to one host. (Cobot's own subdomains may well share theirs; a browser shares no cookies between `betahaus.localhost`
//! and `localhost`.)
//!
//! # Guesses
//!
//! No document says these:
//!
//! - Errors at the authorize URL: a page (400) for an unknown client or redirect URI; otherwise, and for a refusal by the person, back to
//!   the redirect URI as in RFC 6749 4.1.2.1, with `state`. Errors at the token endpoint: RFC 6749 5.2, with 401 for
//!   `invalid_client`. A verifier that nobody asked for is refused as a wrong one is.
//! - A scope that the client does not have is `invalid_scope`; at the start it has all that are known, and the six `write_…` scopes
//!   that nothing but their `read_…` halves suggests. No scope at all gives a token that can do what needs none. `read` is good for whatever a `read_…` scope is.
//! - A code lives for 10 minutes, and a failed attempt does not spend it. Asking again gives one more token and ends none.
//! - `redirect_uri` at the token endpoint is not looked at. The client's credentials are taken as parameters only, never from a Basic header.
//! - A `grant_code` has the scopes of the token that created the user. The registration token is the first user's.
//! - The space token answer has status 201. Only who administers a space can have a token for it (403), and it is good in that
//!   space alone. Any live token may be looked up and revoked. A member may read the one membership that is theirs.
//! - Bodies and statuses of 401, 403, 404 and 429; a minute is counted from its first request. The token is looked for in the header first.
//! - On the domain of its own a space has pages, but no API. `GET /api/spaces/…` needs no token and looks at none.
//! - All paths of pages but `/oauth/authorize`, and all texts.
//!
//! Not played: API 2 (`api.cobot.me`), OpenID Connect, discovery, dynamic client registration.

mod access_tokens;
mod api;
mod authorize;
mod caller;
mod control;
mod failure;
mod fixtures;
mod handle;
mod memberships;
mod model;
mod pages;
mod place;
mod rate;
mod scopes;
mod token;

use std::fmt;

use axum::Router;
use axum::routing::{get, post};
use chrono::{DateTime, Utc};

use crate::provider::{Origin, ProviderRules, ProviderSetup, Routes, SharedCore, Urls};
use crate::random;
use crate::server_handle::ServerHandle;
use crate::token_endpoint::TokenEndpoint;
use crate::user::User;

pub use handle::Space;

/// Cobot, played on loopback.
pub type Cobot = ServerHandle<Rules>;

/// What makes a provider Cobot.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Rules {}

/// Cobot's switches.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// What the client is registered for; all known scopes when not set.
    client_scopes: Option<Vec<String>>,
}

/// Credentials made up at the start.
pub struct Credentials {
    client_id: String,
    client_secret: String,
    registration_token: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

impl ProviderRules for Rules {
    const NAME: &'static str = "cobot";
    const TITLE: &'static str = "Cobot";
    const PORT_OFFSET: u16 = 1;
    type Options = Options;
    type Credentials = Credentials;
    type State = model::State;

    fn host_names() -> Vec<String> {
        let of = |space: &fixtures::Fixture| [Some(space.api_host()), space.custom_domain.map(str::to_owned)];
        let spaces = fixtures::SPACES.iter().flat_map(of).flatten();
        spaces.chain(["www.localhost".to_owned()]).collect()
    }

    fn new_credentials() -> Credentials {
        Credentials {
            // As long as in the example at dev.cobot.me/api-docs/access-tokens; the secret's length is a guess.
            client_id: random::hex::<16>(),
            client_secret: random::hex::<32>(),
            registration_token: random::hex::<32>(),
        }
    }

    fn client(credentials: &Credentials) -> (&str, &str) {
        (&credentials.client_id, &credentials.client_secret)
    }

    fn urls(origin: &Origin) -> Urls {
        let root = origin.url();
        Urls {
            authorize: format!("{root}/oauth/authorize"),
            token: format!("{root}/oauth/access_token"),
            api: format!("{root}/api"),
            root,
        }
    }

    fn state(setup: &ProviderSetup<Self>, _: DateTime<Utc>) -> model::State {
        model::State::new(setup)
    }

    fn redirect_uris(state: &model::State) -> Vec<String> {
        state.clients.redirect_uris()
    }

    fn users(state: &model::State) -> Vec<User> {
        state.users.to_vec()
    }

    fn routes(_: &ProviderSetup<Self>) -> Routes<Self> {
        Routes {
            authorize: Router::new().route("/oauth/authorize", get(authorize::ask).post(authorize::decide)),
            token: TokenEndpoint::new(&["/oauth/access_token"], token::token),
            api: Router::new()
                .route("/api/user", get(api::user))
                .route("/api/users", post(api::create_user))
                .route("/api/spaces/{subdomain}", get(api::space))
                .route("/api/access_tokens/{token}", get(access_tokens::show).delete(access_tokens::revoke))
                .route("/api/access_tokens/{token}/space", post(access_tokens::for_space))
                .route("/api/memberships", get(memberships::list))
                .route("/api/memberships/{id}", get(memberships::one)),
            pages: pages::routes(),
        }
    }

    fn controls() -> Router<SharedCore<Self>> {
        control::routes()
    }
}
