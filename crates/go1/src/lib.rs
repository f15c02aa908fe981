#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod api;
mod connect;
mod password;
mod provider;
pub mod scope;
mod site;
mod sources;
pub mod webhook;

pub use connect::Connect;
pub use password::PortalPassword;
pub use provider::Go1;
pub use site::Site;

/// A client of Go1: connects customers, exchanges and refreshes tokens, sends API calls.
pub type Client = oauth_core::Client<Go1>;
/// Settings of a [`Client`].
pub type ClientBuilder = oauth_core::ClientBuilder<Go1>;
/// A Go1 token with all that is known about it.
pub type Token = oauth_core::Token<Go1>;
/// A [`Client`] with one [`Token`].
pub type AuthorizedClient = oauth_core::AuthorizedClient<Go1>;

// What users of this crate meet in its signatures, so that a team depends on `go1` alone.

pub use oauth_core;
pub use oauth_core::reexports::*;
