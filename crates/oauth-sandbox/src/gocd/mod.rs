//! GoCD 18.7, the last version with an OAuth provider, plus personal access tokens, which exist since 19.2,
//! and the API of pipelines, stages, agents and the dashboard in its versions since 20.9.
//!
//! Sources: GoCD's "OAuth Overview" <https://docs.gocd.org/current/faq/oauth_overview.html>, and
//! docs/provider-facts.md sections 1b to 1h, which cite GoCD's public source. GoCD implements OAuth 2.0
//! **draft 09**, with these peculiarities:
//!
//! - grant types and error codes are spelled with hyphens, and there are neither `token_type` nor scopes
//!   (1d);
//! - a code, and any refresh token in the same request, is destroyed before the checks (1d);
//! - a user and a client share one pair of tokens; a refresh revokes the old pair at once; refresh tokens do
//!   not expire (1d);
//! - errors at the authorize URL have no `state` and are redirected to the supplied `redirect_uri`, even to
//!   one that is not registered (1c): **an open redirect, simulated on purpose**;
//! - the code is appended with a `?` even if the redirect URI has a query (1c);
//! - the API accepts `Authorization: Token token="…"` in exactly this form (1e).
//!
//! The OAuth pages are under `/go/oauth` (1b) and also under `/oauth`, where the OAuth Overview has the
//! authorize URL.
//!
//! Administrators manage OAuth clients at `/go/oauth/admin/clients` and at the older
//! `/go/admin/oauth/clients`, in a browser or as XML (1b, 1f). Users list and revoke their tokens at
//! `/go/oauth/user_tokens`. The first user is a system administrator. The XML API accepts the administrator's
//! session or password (**guess**), but no token; changes in a session need its form token, as a field or as
//! `X-CSRF-Token` (**guess**). XML request bodies, which Rails 2.3 accepted, are not supported. After its
//! creation a client's summary is shown, as in the OAuth Overview; the source at one commit shows the list
//! instead. A page, not a script, asks for confirmation before a client is destroyed. The list also shows all
//! users' tokens with a button for `revoke_by_admin`, for which GoCD has no page.
//!
//! XML has the shape of Rails records (from the source, not observed): `oauth_clients`/`oauth_client` in the
//! list, `client` alone; names with underscores, but with hyphens in the response to a creation.
//!
//! Personal access tokens are managed under `/go/api/current_user/access_tokens` (1g), with a password or a
//! session, never with a token. A change needs a JSON body, or no body and the `X-GoCD-Confirm` header, with
//! any value. Users make and revoke them at `/go/access_tokens`; GoCD's page of this address needs scripts,
//! this one does not.
//!
//! Extension: a GoCD client has one redirect URI, a client of the sandbox may have several. Codes and refresh
//! tokens are then valid only with the URI they were issued for. Editing the redirect URI in the form
//! replaces all of them.
//!
//! # Pipelines
//!
//! Sources: GoCD's API documentation, and its public source for the checks before a change, their order and
//! their messages. A run is scheduled 10 seconds after its request, and each of its stages takes 60 seconds
//! of the sandbox's clock. `cctray.xml`, the home page, the dashboard and the agents show the same state.
//! [`ServerHandle::fail_next_run`](crate::ServerHandle::fail_next_run) lets the next run fail at a stage.
//!
//! - Each call needs its documented version in `Accept`, or the one without a version. A change needs a JSON
//!   body, or no body and `X-GoCD-Confirm`, except `PATCH` of an agent.
//! - Only the administrator may operate pipelines and change agents. The other user may not view `payroll`.
//!   The status of a pipeline needs the right to operate it (the source at one commit).
//! - `payroll` holds a lock from the first to the last stage (`lockOnFailure`); a user has to start the
//!   second one.
//! - Cancelling an inactive stage succeeds. The cursors of the history are not the runs' counters.
//!
//! Simplifications: a request is not shown as a run that is being prepared. Materials have no new commits,
//! and only revisions of earlier runs are known. Values of environment variables are not kept. A job is
//! assigned to any enabled agent that is not elastic, and runs without one as well. The next stage starts
//! even if it is active in another run.
//!
//! # Guesses
//!
//! - administration: the texts of pages; 403 for other users; 404 for an unknown client; the order of
//!   validation messages (name first) and their text "can't be empty", as in docs/provider-facts.md (a test
//!   of the Rails 4 engine expects "can't be blank"); 422 for a form without its token, as in Rails; 401 for
//!   a wrong password;
//! - plain HTTP next to TLS: rejected at `user_tokens` as at every OAuth page (the engine's controller lacks
//!   the filter at one commit); 500 for an OAuth API call (the source raises an error there);
//! - pipelines: durations; one message for every unknown pipeline, and 404 for a counter of a stage that is
//!   not a number; 422 for an unknown revision; 403 for OAuth tokens; the fields of a stage that has not run,
//!   and the cause of a pause that has ended; the order of runs on the dashboard; `original_job_id`, always
//!   null; messages for invalid JSON and for rejected changes of an agent, and the state of a pending one;
//!   the text of health messages;
//! - other: the bodies of 401 and 403; 422 for revoking a revoked personal token; a redirect URI without a
//!   scheme is appended to the server's own origin, as Rails does; version numbers.

mod admin;
mod agents;
mod api;
mod authorize;
mod caller;
mod dashboard;
mod feed;
mod handle;
mod model;
mod pages;
mod personal;
mod pipelines;
mod registration;
mod stages;
mod token;
mod token_pages;
mod user_tokens;

use axum::Router;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use http::StatusCode;

use crate::builder::Builder;
use crate::login_pages::redirect;
use crate::provider::{Credentials, ProviderRules, Routes, SharedCore};
use crate::request::ProviderRequest;
use crate::server_handle::ServerHandle;
use crate::{consent_flow, random};

pub use registration::{InvalidClient, RegisteredClient};

/// A simulated GoCD on loopback.
pub type Gocd = ServerHandle<Rules>;

/// The rules of GoCD.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Rules {}

type Request = ProviderRequest<Rules>;

/// The OAuth pages' response to plain HTTP when TLS is enabled (docs/provider-facts.md 1b).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlainHttp {
    /// 403 with an empty body: no secure site URL is configured.
    #[default]
    Forbidden,
    /// A 404 page: no secure site URL is configured, and GoCD's override of the rule applies. (At one commit
    /// the override covers only the gadget engine.)
    NotFound,
    /// A redirect to the same path at the configured secure site URL.
    Redirect,
}

/// Options of GoCD, set by methods of [`Builder`].
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
    /// Rejects OAuth tokens with 403 at `cctray.xml`, `current_user` and `version`, as the access rules of
    /// 2017 and 2018 suggest (docs/provider-facts.md 1e and 5). Off by default: the OAuth Overview
    /// calls `cctray.xml` with an OAuth token.
    pub fn late_acl(mut self, late_acl: bool) -> Self {
        self.options.late_acl = late_acl;
        self
    }

    /// Rejects access tokens after 90 days. Off by default: GoCD's filter does not check the expiry
    /// (docs/provider-facts.md 1e).
    pub fn check_expiry(mut self, check_expiry: bool) -> Self {
        self.options.check_expiry = check_expiry;
        self
    }

    /// Allows OAuth clients with equal names. Off by default, as in the plugin that GoCD's provider is based
    /// on; GoCD's port of the plugin lacks the rule at one commit (docs/provider-facts.md 1f).
    pub fn duplicate_client_names(mut self, duplicate_client_names: bool) -> Self {
        self.options.duplicate_client_names = duplicate_client_names;
        self
    }

    /// The OAuth pages' response on the plain HTTP port next to TLS.
    pub fn plain_http(mut self, plain_http: PlainHttp) -> Self {
        self.options.plain_http = plain_http;
        self
    }
}

impl ProviderRules for Rules {
    const NAME: &'static str = "gocd";
    const TITLE: &'static str = "GoCD";
    const PORT_OFFSET: u16 = 3;
    const ROOT_PATH: &'static str = "/go";
    type Options = Options;
    type State = model::State;

    fn new_credentials() -> Credentials {
        Credentials {
            client_id: random::hex::<32>(),
            client_secret: random::hex::<32>(),
            personal_access_token: Some(random::hex::<20>()),
            ..Credentials::default()
        }
    }

    fn switches(options: &mut Options) -> Vec<(&'static str, &mut bool)> {
        vec![
            ("check_expiry", &mut options.check_expiry),
            ("duplicate_client_names", &mut options.duplicate_client_names),
            ("late_acl", &mut options.late_acl),
        ]
    }

    fn routes(core: &SharedCore<Self>) -> Routes<Self> {
        let [current, documented] = ["/go/oauth", "/oauth"];
        let authorize = |prefix: &str| consent_flow::routes::<Self>(&format!("{prefix}/authorize"));
        let token = |prefix: &str| -> Router<SharedCore<Self>> {
            Router::new().route(&format!("{prefix}/token"), post(token::token))
        };
        // The plain HTTP port next to TLS does not serve OAuth (1b).
        let oauth_pages = https_only(core, admin::routes().merge(user_tokens::routes()));
        Routes {
            authorize: https_only(core, authorize(current).merge(authorize(documented))),
            token: https_only(core, token(current).merge(token(documented))),
            api: Router::new()
                .route("/go/cctray.xml", get(feed::cctray))
                .route("/go/api/current_user", get(api::current_user))
                .route("/go/api/version", get(api::version))
                .merge(personal::routes())
                .merge(pipelines::routes())
                .merge(stages::routes())
                .merge(dashboard::routes())
                .merge(agents::routes()),
            pages: pages::routes().merge(token_pages::routes()).merge(oauth_pages),
        }
    }

    fn controls() -> Router<SharedCore<Self>> {
        handle::control_routes()
    }
}

/// Rejects plain HTTP at the OAuth pages next to TLS (docs/provider-facts.md 1b). GoCD's flash message is
/// not simulated. Without TLS all endpoints use plain HTTP.
fn https_only(core: &SharedCore<Rules>, routes: Router<SharedCore<Rules>>) -> Router<SharedCore<Rules>> {
    if core.setup.plain.is_none() {
        return routes;
    }
    routes.route_layer(from_fn_with_state(core.clone(), reject_plain_http))
}

async fn reject_plain_http(request: Request, inner: axum::extract::Request, next: Next) -> Response {
    if request.connection.secure {
        return next.run(inner).await;
    }
    request.log.note("refused: plain HTTP");
    let setup = &request.core.setup;
    match setup.options.plain_http {
        PlainHttp::Forbidden => StatusCode::FORBIDDEN.into_response(),
        PlainHttp::NotFound => {
            let text = "No secure site URL is configured.";
            request.refuse(StatusCode::NOT_FOUND, "Page not found", text).into_response()
        }
        PlainHttp::Redirect => redirect(&format!("{}{}", setup.origin.url(), request.path_and_query())),
    }
}
