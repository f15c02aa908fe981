#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod api;
mod provider;
pub mod scope;
pub mod site;

pub use provider::Acme;

/// A client of Acme Orders: connects customers, exchanges and refreshes tokens, sends API calls.
pub type Client = oauth_core::Client<Acme>;
/// Builder of a [`Client`].
pub type ClientBuilder = oauth_core::ClientBuilder<Acme>;
/// A token of Acme Orders with its metadata.
pub type Token = oauth_core::Token<Acme>;
/// A [`Client`] with one [`Token`].
pub type AuthorizedClient = oauth_core::AuthorizedClient<Acme>;
/// URLs of Acme Orders: see [`site`].
pub type Site = oauth_core::FixedSite;

pub use oauth_core;
pub use oauth_core::reexports::*;
