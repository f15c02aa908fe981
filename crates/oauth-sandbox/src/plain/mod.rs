//! A plain OAuth 2.0 server that follows RFC 6749, RFC 6750, RFC 7009 and RFC 7636, for clients of providers
//! without a sandbox.
//!
//! [`Builder`](crate::Builder) has options for what the RFCs leave to the server and for common deviations,
//! so that a new provider declaration can be tested against a server with the same differences. It is not
//! part of a [`Sandbox`](crate::Sandbox), which runs the four real providers.
//!
//! Endpoints: `/oauth/authorize`, `/oauth/token`, `/oauth/revoke`, and `/api/me`, which returns the token's
//! user. By the RFCs:
//!
//! - parameters without a value count as missing, a repeated parameter is `invalid_request` (3.1, 3.2);
//! - without a known client and redirect URI, errors are not redirected (4.1.2.1); a missing `redirect_uri`
//!   means the only registered one, and is rejected when there are several (3.1.2.3);
//! - `state` is returned unchanged, with a code and with an error (4.1.2);
//! - a code lives for 10 minutes and can be used once; a second use is rejected and revokes its tokens
//!   (4.1.2);
//! - token calls are urlencoded forms, and their query is ignored (2.3.1, 3.2); the client authenticates by
//!   HTTP Basic or in the body, but not by both (2.3, 2.3.1);
//! - the code exchange needs the same `redirect_uri` if the authorization request had one (4.1.3);
//! - a client-credentials response has no refresh token (4.4.3);
//! - `scope` is in the response when it differs from the request (5.1); a refresh may reduce the scopes,
//!   never add any (6);
//! - without a token, the API responds with 401 and no error code, with an invalid one with 401
//!   `invalid_token` (RFC 6750 3.1);
//! - PKCE supports `S256` only; any other method is `invalid_request` (RFC 7636 4.4.1).
//!
//! **Choices** where the RFCs leave one: a revocation ends all tokens of the same code (RFC 7009 2.1); failed
//! client authentication is 401 even without an `Authorization` header; a request without `scope` is granted
//! all scopes; a refresh issues a new access token, and the old one stays valid.

mod api;
mod authorize;
mod model;
mod options;
mod token;
mod unique_params;

use axum::Router;
use axum::routing::{get, post};
use maud::{Markup, html};

use crate::login_pages::{self, LoginPages};
use crate::provider::{Credentials, ProviderRules, Routes, SharedCore};
use crate::request::ProviderRequest;
use crate::server_handle::ServerHandle;
use crate::user::User;
use crate::{consent_flow, random};

pub use options::{ClientAuth, Options, Pkce, RedirectUri, RefreshTokens};

/// A plain OAuth 2.0 server on loopback.
///
/// ```
/// use oauth_sandbox::plain::{Pkce, RefreshTokens};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), oauth_sandbox::Error> {
/// let sandbox = oauth_sandbox::Plain::builder()
///     .scopes(["orders:read", "orders:write"])
///     .scope_separator(',')
///     .pkce(Pkce::Required)
///     .refresh_tokens(RefreshTokens::SingleUse)
///     .start()
///     .await?;
/// assert!(sandbox.authorize_url().ends_with("/oauth/authorize"));
/// # Ok(())
/// # }
/// ```
pub type Plain = ServerHandle<Rules>;

/// The rules of the plain server.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Rules {}

type Request = ProviderRequest<Rules>;

impl ProviderRules for Rules {
    const NAME: &'static str = "plain";
    const TITLE: &'static str = "Plain OAuth 2.0";
    const PORT_OFFSET: u16 = 5;
    type Options = Options;
    type State = model::State;

    fn new_credentials() -> Credentials {
        // Characters that must be encoded for HTTP Basic (RFC 6749 2.3.1): a client that does not encode them
        // fails.
        Credentials {
            client_id: format!("plain client {}", random::hex::<8>()),
            client_secret: format!("%{}+", random::opaque()),
            ..Credentials::default()
        }
    }

    fn routes(core: &SharedCore<Self>) -> Routes<Self> {
        let me = format!("/api{}", core.setup.options.me_path);
        Routes {
            authorize: consent_flow::routes(Self::AUTHORIZE_PATH),
            token: Router::new().route(Self::TOKEN_PATH, post(token::token)),
            api: Router::new().route(&me, get(api::me)).route("/oauth/revoke", post(token::revoke)),
            pages: login_pages::routes(),
        }
    }
}

impl LoginPages for Rules {
    fn home(_: &Request, _: &User) -> (String, Markup) {
        ("Home".to_owned(), html! { p { "There is nothing here but an account." } })
    }
}
