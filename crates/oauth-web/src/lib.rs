//! Connect and callback routes for axum applications.
//!
//! # Entry points
//! - [`OAuthWeb`]: the routes, made with [`OAuthWeb::builder`].
//! - [`Authorizer`]: the application's decision about who may connect an account.
//! - [`Connected`]: an extractor that gives handlers a connection.
//! - [`Pages`]: the language and look of the pages.
//! - [`Webhook`]: an extractor that gives handlers a verified event.
//! - [`HideQuery`]: a layer that keeps authorization codes out of logs.
//!
//! # Code map
//! | file | contents |
//! | --- | --- |
//! | `builder.rs`, `web.rs`, `router.rs` | [`Builder`], [`OAuthWeb`] and its axum router |
//! | `authorizer.rs` | [`Authorizer`], [`Visit`], [`Allowed`] and [`Refusal`] |
//! | `connect.rs`, `callback.rs`, `connections.rs` | the routes |
//! | `provider_route.rs`, `route_paths.rs` | one provider: connections, authorizer, and public paths |
//! | `login_attempt.rs`, `cookies.rs`, `key.rs` | the attempt, encrypted in a cookie |
//! | `outcome.rs`, `pages.rs`, `pages/` | the outcome of an attempt, and the pages that show it |
//! | `extract.rs`, `webhook.rs` | [`Connected`], [`Webhook`] |
//! | `headers.rs`, `fetch_metadata.rs`, `hide_query.rs`, `return_to.rs` | security headers, frames, hidden queries, safe redirects |
//!
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod authorizer;
mod builder;
mod callback;
mod connect;
mod connections;
mod cookies;
mod extract;
mod fetch_metadata;
mod headers;
mod hide_query;
mod key;
mod login_attempt;
mod outcome;
mod pages;
mod provider_route;
mod return_to;
mod route_paths;
mod router;
mod web;
mod webhook;

pub use authorizer::{Allowed, Authorizer, Purpose, Refusal, Visit};
pub use builder::Builder;
pub use extract::{Connected, ConnectedRejection};
pub use hide_query::{HideQuery, HidingQuery};
pub use key::CookieKey;
pub use pages::{ConnectionItem, DefaultPages, LinkKind, Page, PageButton, PageKind, PageLink, Pages};
pub use provider_route::Health;
pub use web::OAuthWeb;
pub use webhook::{Webhook, WebhookRejection};

pub use {axum, oauth_core};
