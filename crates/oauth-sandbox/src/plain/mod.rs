//! A plain OAuth 2.0 server: RFC 6749, RFC 6750 and RFC 7636 to the letter, for clients of providers that nobody plays yet.
//!
//! What the RFCs leave to the server can be chosen ([`Builder`](crate::Builder)), and so can the usual differences from them, so that a newly
//! declared provider meets a server that has the same ones. Not part of a [`Sandbox`](crate::Sandbox), which plays providers that
//! there are.
//!
//! What is where: `/oauth/authorize`, `/oauth/token`, and `/api/me`, which tells whose token it is shown. By the RFCs:
//!
//! - parameters without a value count as missing, a parameter given twice is `invalid_request` (3.1, 3.2);
//! - until the client and its redirect URI are known, nobody is sent anywhere (4.1.2.1); a missing `redirect_uri` means the only
//!   registered one, and is refused when there are several (3.1.2.3);
//! - `state` comes back as it was, with a code and with an error (4.1.2);
//! - a code lives for 10 minutes and is good once; used again it is refused, and what it gave is revoked (4.1.2);
//! - token calls are urlencoded forms, and what stands in their query does not count (2.3.1, 3.2); the client authenticates by
//!   HTTP Basic or in the body, and not by both (2.3, 2.3.1);
//! - `redirect_uri` must be on the code exchange, and the same, when it was on the authorize URL (4.1.3);
//! - a client-credentials token comes without a refresh token (4.4.3);
//! - `scope` is in the reply when it is not what was asked for (5.1); a refresh may ask for less, never for more (6);
//! - with no token at all, the API answers 401 without an error code, with a bad one 401 `invalid_token` (RFC 6750 3.1);
//! - PKCE knows `S256` only; any other method is `invalid_request` (RFC 7636 4.4.1).
//!
//! **Choices** where the RFCs leave one: an unauthenticated client is told so with status 401 also without an `Authorization`
//! header; asking for no scope grants all of them; a refresh gives a new access token and leaves the old one alone.

mod api;
mod authorize;
mod model;
mod options;
mod token;
mod unique_params;

use std::fmt;

use axum::Router;
use axum::routing::get;
use chrono::{DateTime, Utc};
use maud::{Markup, html};

use crate::client::Clients;
use crate::login_pages::{self, LoginPages};
use crate::provider::{Origin, ProviderRules, ProviderSetup, Routes, Urls};
use crate::random;
use crate::server_handle::ServerHandle;
use crate::token_endpoint::TokenEndpoint;
use crate::user::User;

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

/// What makes a provider the plain one.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Rules {}

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
    const NAME: &'static str = "plain";
    const TITLE: &'static str = "Plain OAuth 2.0";
    const PORT_OFFSET: u16 = 5;
    type Options = Options;
    type Credentials = Credentials;
    type State = model::State;

    fn new_credentials() -> Credentials {
        // With characters that HTTP Basic has to encode first (RFC 6749 2.3.1): a client that forgets to is refused.
        Credentials {
            client_id: format!("plain client {}", random::hex::<8>()),
            client_secret: format!("%{}+", random::opaque()),
        }
    }

    fn client(credentials: &Credentials) -> (&str, &str) {
        (&credentials.client_id, &credentials.client_secret)
    }

    fn urls(origin: &Origin) -> Urls {
        let root = origin.url();
        Urls {
            authorize: format!("{root}/oauth/authorize"),
            token: format!("{root}/oauth/token"),
            api: format!("{root}/api"),
            root,
        }
    }

    fn state(setup: &ProviderSetup<Self>, _: DateTime<Utc>) -> model::State {
        let Credentials { client_id, client_secret } = &setup.credentials;
        model::State::new(Clients::new(client_id, client_secret, &setup.redirect_uris), &setup.options)
    }

    fn redirect_uris(state: &model::State) -> Vec<String> {
        state.clients.redirect_uris()
    }

    fn users(state: &model::State) -> Vec<User> {
        state.users.clone()
    }

    fn routes(setup: &ProviderSetup<Self>) -> Routes<Self> {
        let me = format!("/api{}", setup.options.me);
        Routes {
            authorize: Router::new().route("/oauth/authorize", get(authorize::ask).post(authorize::decide)),
            token: TokenEndpoint::new(&["/oauth/token"], token::token),
            api: Router::new().route(&me, get(api::me)),
            pages: login_pages::routes::<Self>(),
        }
    }
}

impl LoginPages for Rules {
    fn home(_: &model::State, _: &User) -> Markup {
        html! { p { "There is nothing here but an account." } }
    }
}
