//! OAuth 2.0 client and typed API endpoints for GoCD servers.
//!
//! # Entry points
//! - [`Client`]: connects to the OAuth provider of servers up to 18.7 and sends calls.
//! - [`Personal`]: personal access tokens of servers since 19.2.
//! - [`Site`]: the server's base URL.
//! - [`api`]: typed endpoints: the documented API, in a module by area.
//!
//! # Code map
//! | file | contents |
//! | --- | --- |
//! | `provider.rs` | [`Gocd`]: the differences from RFC 6749 |
//! | `personal.rs` | [`Personal`]: a provider without any grant |
//! | `scheme.rs` | [`TokenScheme`]: the header `Authorization: Token token="…"` |
//! | `site.rs`, `connect.rs` | [`Site`] with its endpoint URLs, and [`Connect`] |
//! | `api/` | one file for each area, and for each type that areas share |
//!
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod api;
mod connect;
mod personal;
mod provider;
mod scheme;
mod site;

pub use connect::Connect;
pub use personal::Personal;
pub use provider::Gocd;
pub use scheme::TokenScheme;
pub use site::Site;

/// A client for the OAuth provider of GoCD servers up to 18.7.
pub type Client = oauth_core::Client<Gocd>;
/// An access token of GoCD's OAuth provider.
pub type Token = oauth_core::Token<Gocd>;

/// Builder of a [`Client`].
pub type ClientBuilder = oauth_core::ClientBuilder<Gocd>;

/// A [`Client`] with one [`Token`].
pub type AuthorizedClient = oauth_core::AuthorizedClient<Gocd>;

/// A client with one personal access token.
pub type PersonalClient = oauth_core::AuthorizedClient<Personal>;

pub use oauth_core;
pub use oauth_core::reexports::*;
