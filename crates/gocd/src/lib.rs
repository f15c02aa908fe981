#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod api;
mod connect;
mod personal;
mod provider;
mod scheme;
mod site;
mod sources;

pub use connect::Connect;
pub use personal::Personal;
pub use provider::Gocd;
pub use scheme::TokenScheme;
pub use site::Site;

/// The client for GoCD's OAuth provider (up to 18.7).
pub type Client = oauth_core::Client<Gocd>;
/// A token of GoCD's OAuth provider.
pub type Token = oauth_core::Token<Gocd>;

/// Settings of a [`Client`].
pub type ClientBuilder = oauth_core::ClientBuilder<Gocd>;

/// A [`Client`] with one [`Token`].
pub type AuthorizedClient = oauth_core::AuthorizedClient<Gocd>;

pub use oauth_core;
pub use oauth_core::reexports::*;
