#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod attempt;
mod authorizer;
mod builder;
mod callback;
mod connect;
mod cookies;
mod extract;
mod frame;
mod headers;
mod hide_query;
mod key;
mod mounted;
mod outcome;
mod pages;
mod place;
mod return_to;
mod web;

pub use authorizer::{Allowed, Authorizer, Purpose, Refusal, Visit};
pub use builder::Builder;
pub use extract::{Connected, ConnectedRejection};
pub use hide_query::{HideQuery, HidingQuery};
pub use key::CookieKey;
pub use web::OAuthWeb;

pub use {axum, oauth_core};
