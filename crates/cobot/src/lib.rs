#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod api;
mod app_flow;
mod connect;
mod provider;
pub mod scope;
mod site;
mod sources;
mod subdomain;

pub use app_flow::AppFlow;
pub use connect::Connect;
pub use provider::Cobot;
pub use site::Site;
pub use subdomain::Subdomain;

/// A client of Cobot: begins and finishes connections, redeems codes, sends API calls.
pub type Client = oauth_core::Client<Cobot>;

/// An access token of Cobot with all that is known about it. It does not expire.
pub type Token = oauth_core::Token<Cobot>;

/// A [`Client`] with one [`Token`].
pub type AuthorizedClient = oauth_core::AuthorizedClient<Cobot>;

/// Settings of a [`Client`].
pub type ClientBuilder = oauth_core::ClientBuilder<Cobot>;

pub use oauth_core;
pub use oauth_core::reexports::*;
