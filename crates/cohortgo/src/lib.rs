//! OAuth 2.0 client and typed API endpoints for Cohort Go.
//!
//! # Entry points
//! - [`Client`]: connects a customer's account and sends calls.
//! - [`Connect`]: scopes of the authorize URL.
//! - [`Site`]: a portal, and the API hosts that may receive a token.
//! - [`api`]: typed endpoints. [`ActingAs::acting_as`] sends any of them on behalf of a user.
//!
//! # Code map
//! | file | contents |
//! | --- | --- |
//! | `provider.rs` | [`CohortGo`]: the differences from RFC 6749 |
//! | `site.rs` | [`Site`]: endpoint URLs and the check of `api_base_url` |
//! | `connect.rs`, `scope.rs` | [`Connect`] and the scopes it requests |
//! | `account.rs` | [`Account`]: Cohort Go's own fields of the token response |
//! | `act_as.rs` | [`ActAs`]: the `X-Act-as-User` header, built with `email.rs` and `encoded_word.rs` |
//! | `api/` | one file for each group of endpoints |
//!
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

pub use account::Account;
pub use act_as::{ActAs, ActingAs, AsUser};
pub use connect::{ActingConnect, Connect};
pub use provider::CohortGo;
pub use site::Site;

/// A client for Cohort Go.
pub type Client = oauth_core::Client<CohortGo>;
/// An access token of one Cohort Go customer, with the customer's [`Account`].
pub type Token = oauth_core::Token<CohortGo>;

/// Builder of a [`Client`].
pub type ClientBuilder = oauth_core::ClientBuilder<CohortGo>;

/// A [`Client`] with one [`Token`].
pub type AuthorizedClient = oauth_core::AuthorizedClient<CohortGo>;

pub use oauth_core;
pub use oauth_core::reexports::*;
