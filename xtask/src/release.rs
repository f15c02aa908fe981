//! Releases: every published crate has a version, a changelog and a tag of its own.
//!
//! [`plan`] says what changed and what version that needs, [`prepare`] writes it down, [`publish`] brings it to the registry.

pub mod baseline;
pub mod changelog;
pub mod git;
pub mod inherited;
pub mod level;
pub mod order;
pub mod plan;
pub mod prepare;
pub mod publish;
pub mod registry;
pub mod semver;
