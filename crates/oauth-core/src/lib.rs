#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
// A folder's main file has the folder's name: `client/client.rs` holds `Client`.
#![allow(clippy::module_inception)]

mod util {
    pub(crate) mod clock;
    #[cfg(any(feature = "connections", feature = "reqwest"))]
    pub(crate) mod deadline;
    pub(crate) mod headers;
    pub(crate) mod redact;
    pub(crate) mod secret;
    pub(crate) mod strict_json;
    pub(crate) mod url_policy;
}

mod error;

mod provider {
    pub(crate) mod dialect;
    pub(crate) mod extra;
    pub(crate) mod grants;
    pub(crate) mod provider;
    pub(crate) mod renewal;
    pub(crate) mod revocation;
    pub(crate) mod scheme;
    pub(crate) mod scopes;
    pub(crate) mod site;
    pub(crate) mod token_check;
}

mod transport {
    #[cfg(feature = "reqwest")]
    mod body;
    #[cfg(feature = "reqwest")]
    pub(crate) mod reqwest;
    // Where both are on, `native-tls` wins.
    #[cfg(all(feature = "rustls-no-provider", not(feature = "native-tls")))]
    mod tls;
    pub(crate) mod transport;
}

mod authorize {
    pub(crate) mod callback;
    pub(crate) mod connect;
    pub(crate) mod pending;
    pub(crate) mod replay_guard;
}

mod token {
    pub(crate) mod lineage;
    pub(crate) mod oauth2_adapter;
    pub(crate) mod persisted;
    mod request;
    pub(crate) mod response;
    mod response_body;
    pub(crate) mod response_members;
    pub(crate) mod token;
}

mod client {
    pub(crate) mod app;
    pub(crate) mod builder;
    pub(crate) mod client;
}

mod api {
    pub(crate) mod amount;
    pub(crate) mod argument;
    pub(crate) mod download;
    pub(crate) mod endpoint;
    mod endpoint_macro;
    pub(crate) mod etag;
    pub mod json_api;
    pub(crate) mod list;
    mod open_enum;
    pub(crate) mod pages;
    mod refusal;
    pub(crate) mod request_body;
    pub(crate) mod request_builder;
    pub(crate) mod response;
    pub(crate) mod send;
    pub(crate) mod webhook;
}

#[cfg(feature = "connections")]
pub mod connections;
pub mod reexports;
pub mod store;

pub use api::amount::Amount;
pub use api::argument::IntoArgument;
pub use api::download::{DownloadTarget, Downloaded, FileEndpoint};
pub use api::endpoint::{
    Endpoint, EndpointContext, RawRequest, TokenAlreadySet, get, join, json, json_at, json_request, request,
};
pub use api::etag::{ETag, WithETag};
pub use api::json_api;
pub use api::list::{List, Milliseconds};
pub use api::pages::{Page, PagedEndpoint, Pages};
pub use api::request_body::RequestBody;
pub use api::request_builder::{CommaSeparated, QueryValue, RequestBuilder};
pub use api::response::read_elements;
pub use api::send::AuthorizedClient;
pub use api::webhook::WebhookReceiver;
pub use authorize::connect::{AuthorizationRequest, AuthorizeEndpoint, Connect, StateRule};
pub use authorize::pending::{PendingAuthorization, StartedAuthorization};
pub use client::app::{App, RedirectUri};
pub use client::builder::ClientBuilder;
pub use client::client::Client;
#[cfg(feature = "connections")]
pub use connections::{Connection, Connections};
pub use error::oauth_code::OAuthCode;
pub use error::unrecognized_response::UnrecognizedResponse;
pub use error::{CallbackFault, Error, ErrorKind};
pub use provider::dialect::{
    CallbackField, ClientAuth, Dialect, Encoding, Expiry, GrantType, Pkce, RedirectUriRule, Refusal,
    TokenRefusal, ZeroLifetime,
};
pub use provider::extra::{Extra, NoExtra};
pub use provider::grants::{
    ClientCredentialsGrant, CodeGrant, DirectCode, PasswordGrant, PasswordRequest, Refreshes,
};
pub use provider::provider::Provider;
pub use provider::renewal::{ByRefreshToken, Never, Renewal, ReusableRefreshToken, SingleUseRefreshToken};
pub use provider::revocation::{Revocation, RevocationForm};
pub use provider::scheme::{Bearer, Scheme, sensitive};
pub use provider::scopes::{Scope, Scopes};
pub use provider::site::{FixedSite, Site};
pub use provider::token_check::TokenCheck;
pub use token::persisted::PersistedToken;
pub use token::token::{ScopeSource, Token, TokenOrigin};
pub use transport::transport::{BodySink, Call, Limits, Transport, TransportError};
pub use util::clock::{Clock, ClockFn, SystemClock};
pub use util::secret::{
    AccessToken, AuthorizationCode, ClientId, ClientSecret, Password, PkceVerifier, RefreshToken, Secret,
    State,
};
pub use util::url_policy::{check_url, is_loopback, origin, parse_base_url};

/// For the code that [`endpoint!`], [`request_body!`], [`response!`] and [`open_enum!`] write.
#[doc(hidden)]
pub mod macro_support {
    pub use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub use crate::api::endpoint::text;
    pub use crate::api::request_body::{Fields, debug_names};
    pub use crate::api::request_builder::has_only_parameters;
    pub use crate::api::response::{
        list, merged, optional, put, required, required_list, unread_elements, unread_field,
    };
}

pub use async_trait::async_trait;
/// The crate that [`ClientBuilder::with_reqwest_0_13`] takes its builder from.
#[cfg(feature = "reqwest")]
pub use reqwest as reqwest_0_13;
pub use {chrono, http, serde_json, url};
