//! Typed endpoints. Each accepts an OAuth token or a personal access token.

mod cctray;
mod current_user;
mod version;
mod versioned;

pub use cctray::{Activity, BuildTime, Cctray, LastBuildStatus, Message, Project};
pub use current_user::{CurrentUser, User};
pub use version::{ServerVersion, Version};
