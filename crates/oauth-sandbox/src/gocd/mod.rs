//! GoCD as it was until 18.7, the last version with an OAuth provider; with personal access tokens, which came in 19.2, beside it.
//!
//! Sources: seed 003 and docs/provider-facts.md sections 1b to 1h, which read GoCD's public source.
//! The provider implements OAuth 2.0 **draft 09** and has its own ways; they are all here:
//!
//! - grant types and error codes are spelled with hyphens, there is no `token_type` and there are no scopes (1d);
//! - a code, and any refresh token that is sent along, is destroyed before anything is checked (1d);
//! - one live pair of tokens per person and client; refreshing ends the old pair at once; the refresh token does not expire (1d);
//! - errors at the authorize URL carry no `state` and go to whatever `redirect_uri` was supplied, even one that is not registered
//!   (1c): **an open redirect, played on purpose**;
//! - the `?` before the code is glued on blindly, also behind a query (1c);
//! - the API takes `Authorization: Token token="…"` in exactly that form (1e).
//!
//! The OAuth pages answer under `/go/oauth` (1b) and, as the seed writes the authorize URL, under `/oauth`.
//!
//! Administrators manage OAuth clients at `/go/oauth/admin/clients`, in a browser or as XML (1b, 1f), and also under the older
//! `/go/admin/oauth/clients`; people see and end what they granted at `/go/oauth/user_tokens`. The first user is a system
//! administrator. In the XML API the administrator's session or password counts (**guess**), no token of any kind; a session's changes
//! need its form token, as a field or as `X-CSRF-Token` (**guess**). XML bodies of requests, which Rails 2.3 read, are not.
//! A new client's summary follows its creation, as the seed says; the source at one commit goes to the list, which shows
//! the same. Instead of asking by script, a page asks before a client is destroyed. The list also shows everybody's tokens with a
//! button for `revoke_by_admin`, for which GoCD has no page.
//!
//! XML is shaped as Rails shapes records (read from the source, not seen on the wire): `oauth_clients`/`oauth_client` in the list,
//! `client` alone, names with underscores but with hyphens in the answer to a creation.
//!
//! Personal access tokens are listed, shown, made and revoked under `/go/api/current_user/access_tokens` (1g), with a password or a
//! session and never with a token; a change comes as JSON, or without a body and with `X-GoCD-Confirm`.
//!
//! Extension: GoCD registers one redirect URI per client; the sandbox may have several for the same client. A code or refresh token is
//! then good only with the URI it was issued for. Editing the redirect URI in the form replaces them all.
//!
//! **Guesses**: the texts of pages; who is refused at the administrator's pages gets 403; an unknown client is 404; the order of
//! validation messages (name first) and "can't be empty" in them, as docs/provider-facts.md has it (a test of the Rails 4 engine expects
//! "can't be blank"); plain HTTP is refused at `user_tokens` as at every OAuth page (the engine's controller lacks the filter at one commit); the
//! status of a form without its token (422, as in Rails) and of a wrong password (401); the bodies of 401 and 403; revoking a revoked
//! personal token is 422; status 500 for an OAuth call over plain HTTP beside TLS (the source raises an error there); a redirect URI
//! without a scheme is put behind the server's own origin (as Rails does); version numbers and CI data.

mod admin;
mod api;
mod authorize;
mod caller;
mod feed;
mod https_only;
mod model;
mod pages;
mod personal;
mod registration;
mod token;
mod user_tokens;

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use chrono::{DateTime, Utc};

use crate::builder::Builder;
use crate::provider::{Origin, ProviderRules, ProviderSetup, Routes, Urls};
use crate::random;
use crate::server_handle::ServerHandle;
use crate::token_endpoint::TokenEndpoint;
use crate::user::User;

pub use registration::{ClientCard, InvalidClient};

/// GoCD, played on loopback.
pub type Gocd = ServerHandle<Rules>;

/// What makes a provider GoCD.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Rules {}

/// What the OAuth pages answer to plain HTTP when the sandbox speaks TLS (docs/provider-facts.md 1b).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlainHttp {
    /// 403 with an empty body: no secure site URL is configured.
    #[default]
    Forbidden,
    /// A 404 page, as GoCD's own override of that rule answers when no secure site URL is configured. (At one commit it covers
    /// only the gadget engine.)
    NotFound,
    /// A redirect to the same path at the secure site URL, which is configured.
    Redirect,
}

/// GoCD's switches.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    late_acl: bool,
    check_expiry: bool,
    plain_http: PlainHttp,
    duplicate_client_names: bool,
}

impl Options {
    fn unique_names(&self) -> bool {
        !self.duplicate_client_names
    }
}

impl Builder<Rules> {
    /// Whether OAuth callers are refused (403) at every API call that the sandbox has: `cctray.xml`, `current_user` and `version`,
    /// as the access rules of 2017 and 2018 suggest (docs/provider-facts.md 1e and 5). Off by default: the seed calls `cctray.xml` with an
    /// OAuth token.
    pub fn late_acl(mut self, late_acl: bool) -> Self {
        self.options.late_acl = late_acl;
        self
    }

    /// Whether an access token stops working after its 90 days. Off by default: GoCD's own filter never looks (docs/provider-facts.md 1e).
    pub fn check_expiry(mut self, check_expiry: bool) -> Self {
        self.options.check_expiry = check_expiry;
        self
    }

    /// Whether two OAuth clients may have the same name. Off by default, as in the plugin that GoCD's provider came from; GoCD's own port
    /// of it lacks the rule at one commit (docs/provider-facts.md 1f).
    pub fn duplicate_client_names(mut self, duplicate_client_names: bool) -> Self {
        self.options.duplicate_client_names = duplicate_client_names;
        self
    }

    /// What the OAuth pages answer on the plain port beside TLS.
    pub fn plain_http(mut self, plain_http: PlainHttp) -> Self {
        self.options.plain_http = plain_http;
        self
    }
}

impl ServerHandle<Rules> {
    /// A personal access token of the first user, for `Authorization: Bearer` (docs/provider-facts.md 1a, 1g): 40 hexadecimal digits. It is
    /// good until somebody revokes it over the API, and again after a [reset](ServerHandle::reset).
    #[must_use]
    pub fn personal_access_token(&self) -> &str {
        &self.core().setup.credentials.personal_access_token
    }
}

/// Credentials made up at the start.
pub struct Credentials {
    client_id: String,
    client_secret: String,
    personal_access_token: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

impl ProviderRules for Rules {
    const NAME: &'static str = "gocd";
    const TITLE: &'static str = "GoCD";
    const PORT_OFFSET: u16 = 3;
    type Options = Options;
    type Credentials = Credentials;
    type State = model::State;

    fn new_credentials() -> Credentials {
        Credentials {
            client_id: random::hex::<32>(),
            client_secret: random::hex::<32>(),
            personal_access_token: random::hex::<20>(),
        }
    }

    fn client(credentials: &Credentials) -> (&str, &str) {
        (&credentials.client_id, &credentials.client_secret)
    }

    fn urls(origin: &Origin) -> Urls {
        let root = format!("{}/go", origin.url());
        Urls {
            authorize: format!("{root}/oauth/authorize"),
            token: format!("{root}/oauth/token"),
            api: format!("{root}/api"),
            root,
        }
    }

    fn state(setup: &ProviderSetup<Self>, now: DateTime<Utc>) -> model::State {
        let client = model::Client {
            number: 1,
            name: "Sandbox application".into(),
            client_id: setup.credentials.client_id.clone(),
            client_secret: setup.credentials.client_secret.clone(),
            redirect_uris: setup.redirect_uris.clone(),
        };
        let personal = model::Personal {
            number: 2,
            token: setup.credentials.personal_access_token.clone(),
            owner: model::ADMIN.into(),
            description: Some("Sandbox token".into()),
            created_at: now,
            last_used_at: None,
            revoked: None,
        };
        model::State::new(client, personal)
    }

    fn redirect_uris(state: &model::State) -> Vec<String> {
        // The client whose credentials the handle gives out; an administrator may have deleted it.
        state
            .clients
            .iter()
            .find(|client| client.number == 1)
            .map(|client| client.redirect_uris.clone())
            .unwrap_or_default()
    }

    fn users(state: &model::State) -> Vec<User> {
        state.users.clone()
    }

    fn routes(setup: &ProviderSetup<Self>) -> Routes<Self> {
        let mut authorize = Router::new();
        for prefix in ["/go/oauth", "/oauth"] {
            authorize =
                authorize.route(&format!("{prefix}/authorize"), get(authorize::ask).post(authorize::decide));
        }
        let mut guarded = admin::routes().merge(user_tokens::routes());
        // Beside TLS there is a plain port, where OAuth is not to be had (1b). Without TLS everything is plain.
        if setup.plain.is_some() {
            let rule = Arc::new(https_only::Rule::new(setup.options.plain_http, setup.origin.url()));
            authorize = authorize.route_layer(from_fn_with_state(Arc::clone(&rule), https_only::guard));
            guarded = guarded.route_layer(from_fn_with_state(rule, https_only::guard));
        }
        Routes {
            authorize,
            token: TokenEndpoint::new(&["/go/oauth/token", "/oauth/token"], token::token),
            api: Router::new()
                .route("/go/cctray.xml", get(feed::cctray))
                .route("/go/api/current_user", get(api::current_user))
                .route("/go/api/version", get(api::version))
                .merge(personal::routes()),
            pages: pages::routes().merge(guarded),
        }
    }
}
