//! Typed endpoints. Each accepts an OAuth token or a personal access token.
//!
//! For any other call there is [`RawRequest`](crate::RawRequest), or a custom [`Endpoint`](crate::Endpoint).
//! GoCD expects `Accept: application/vnd.go.cd+json`, and on a changing call without a JSON body the header
//! `X-GoCD-Confirm`, with any value (api.gocd.org, read on 2026-11-29).

mod cctray;
mod current_user;
mod version;
mod versioned;

pub use cctray::{Activity, BuildTime, Cctray, CctrayFeed, LastBuildStatus, Message, Project};
pub use current_user::{CurrentUser, User};
pub use version::{ServerVersion, Version};
