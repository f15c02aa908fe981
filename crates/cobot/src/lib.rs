//! OAuth 2.0 client and typed API endpoints for Cobot.
//!
//! # Entry points
//! - [`Client`]: connects a customer's account and sends calls.
//! - [`Connect`]: scopes and space of the authorize URL. [`AppFlow`] is the password grant.
//! - [`Site`]: Cobot's hosts, which are the hosts that may receive a token.
//! - [`api`]: typed endpoints.
//!
//! # Code map
//! | file | contents |
//! | --- | --- |
//! | `provider.rs` | [`Cobot`]: the differences from RFC 6749 |
//! | `site.rs`, `subdomain.rs` | [`Site`]: hosts and endpoint URLs; [`Subdomain`]: a checked space name |
//! | `connect.rs`, `app_flow.rs`, `scope.rs` | [`Connect`], [`AppFlow`] and the scopes they request |
//! | `api/` | one file for each endpoint; `token_parameter.rs` sends the token as a parameter |
//!
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod api;
mod app_flow;
mod connect;
mod provider;
pub mod scope;
mod site;
mod subdomain;

pub use app_flow::AppFlow;
pub use connect::Connect;
pub use provider::Cobot;
pub use site::Site;
pub use subdomain::Subdomain;

/// A client for Cobot.
pub type Client = oauth_core::Client<Cobot>;

/// A Cobot access token. It does not expire.
pub type Token = oauth_core::Token<Cobot>;

/// A [`Client`] with one [`Token`].
pub type AuthorizedClient = oauth_core::AuthorizedClient<Cobot>;

/// Builder of a [`Client`].
pub type ClientBuilder = oauth_core::ClientBuilder<Cobot>;

pub use oauth_core;
pub use oauth_core::reexports::*;
