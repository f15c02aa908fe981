#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod account;
mod act_as;
pub mod api;
mod connect;
mod email;
mod encoded_word;
mod provider;
pub mod scope;
mod site;
mod sources;

pub use account::Account;
pub use act_as::{ActAs, ActingAs, AsUser};
pub use connect::{ActingConnect, Connect};
pub use provider::CohortGo;
pub use site::Site;

/// The client for Cohort Go.
pub type Client = oauth_core::Client<CohortGo>;
/// A token of one customer of Cohort Go, with that customer's [`Account`].
pub type Token = oauth_core::Token<CohortGo>;

/// Settings of a [`Client`].
pub type ClientBuilder = oauth_core::ClientBuilder<CohortGo>;

/// A [`Client`] with one [`Token`].
pub type AuthorizedClient = oauth_core::AuthorizedClient<CohortGo>;

pub use oauth_core;
pub use oauth_core::reexports::*;
