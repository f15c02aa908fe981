//! OAuth 2.0 client and typed API endpoints for Go1.
//!
//! # Entry points
//! - [`Client`]: connects a customer's portal, refreshes tokens and sends calls.
//! - [`Connect`]: scopes and partner of the authorize URL. [`PortalPassword`] is the password grant.
//! - [`Site`]: Go1's three hosts, which are the only hosts that may receive a token.
//! - [`api`]: every documented call. [`webhook`] verifies and parses what webhooks send.
//!
//! # Code map
//! | file | contents |
//! | --- | --- |
//! | `provider.rs` | [`Go1`]: the differences from RFC 6749 |
//! | `site.rs` | [`Site`]: hosts and endpoint URLs |
//! | `connect.rs`, `password.rs`, `scope.rs` | [`Connect`], [`PortalPassword`] and the scopes they request |
//! | `api/` | the calls, a file for each area |
//! | `webhook.rs`, `webhook/event.rs` | [`webhook::Verifier`] and [`webhook::Event`] |
//!
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod api;
mod connect;
mod password;
mod provider;
pub mod scope;
mod site;
pub mod webhook;

pub use connect::Connect;
pub use password::PortalPassword;
pub use provider::Go1;
pub use site::Site;

/// A client for Go1.
pub type Client = oauth_core::Client<Go1>;
/// Builder of a [`Client`].
pub type ClientBuilder = oauth_core::ClientBuilder<Go1>;
/// An access token and refresh token of one Go1 portal.
pub type Token = oauth_core::Token<Go1>;
/// A [`Client`] with one [`Token`].
pub type AuthorizedClient = oauth_core::AuthorizedClient<Go1>;

// Everything that this crate's signatures mention, so that an application depends on `go1` only.

pub use oauth_core;
pub use oauth_core::reexports::*;
