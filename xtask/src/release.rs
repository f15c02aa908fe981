//! Releases: every published crate has its own version, changelog and tag.
//!
//! [`plan`] finds changes and required versions, [`prepare`] writes them, [`publish`] uploads the crates.

pub mod baseline;
pub mod changelog;
pub mod git;
pub mod inherited_settings;
pub mod level;
pub mod order;
pub mod plan;
pub mod prepare;
pub mod publish;
pub mod registry;
pub mod semver;
