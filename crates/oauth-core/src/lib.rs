#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod api;
mod app;
mod attempts;
mod authorize;
mod bridge;
mod builder;
mod callback;
mod client;
mod clock;
mod confine;
#[cfg(feature = "connections")]
pub mod connections;
#[cfg(any(feature = "connections", feature = "reqwest"))]
mod deadline;
mod dialect;
mod endpoint;
mod error;
pub mod facts;
mod form;
mod grants;
mod numbers;
mod oauth_code;
mod provider;
pub mod reexports;
pub mod renewal;
mod scheme;
mod scopes;
mod secret;
pub mod store;
mod stored;
mod text;
mod token;
mod token_call;
mod transport;
mod unique;
mod wire;

pub use api::AuthorizedClient;
pub use app::{App, RedirectUri};
pub use authorize::{AuthorizationRequest, Connect, PendingAuthorization, StartedAuthorization, StateRule};
pub use builder::ClientBuilder;
pub use client::Client;
pub use clock::{Clock, SystemClock};
pub use confine::{check_url, is_loopback, origin};
#[cfg(feature = "connections")]
pub use connections::{Connection, Connections};
pub use dialect::{ClientAuth, Dialect, Encoding, Pkce, RedirectUriRule, Refusal, TokenRefusal};
pub use endpoint::{
    Endpoint, EndpointContext, RawRequest, TokenAlreadySet, get, join, json, json_request, request,
};
pub use error::{CallbackFault, Error, ErrorKind};
pub use grants::{ClientCredentialsGrant, CodeGrant, DirectCode, PasswordGrant, PasswordRequest, Refreshes};
pub use oauth_code::OAuthCode;
pub use provider::{Extra, FixedSite, NoExtra, Provider, Site};
pub use renewal::{Never, Renewal, ReusableRefreshToken, SingleUseRefreshToken};
pub use scheme::{Bearer, Scheme, sensitive};
pub use scopes::{NamedScope, Scope, Scopes};
pub use secret::{
    AccessToken, AuthorizationCode, ClientId, ClientSecret, Password, PkceVerifier, RefreshToken, State,
};
pub use stored::PersistedToken;
pub use token::{ScopeSource, Token, TokenOrigin};
pub use transport::{Call, Limits, Transport, TransportError};

pub use async_trait::async_trait;
/// The crate that [`ClientBuilder::with_reqwest_0_13`] takes its builder from.
#[cfg(feature = "reqwest")]
pub use reqwest as reqwest_0_13;
pub use {chrono, http, serde_json, url};
