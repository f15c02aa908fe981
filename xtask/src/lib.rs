//! Automation of this workspace: `cargo xtask`.
//!
//! A library as well as a program, so that tests can run the checks of CI (see [`layering`]). `commands` has
//! one file per command; code that commands share is in the other modules.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line program prints")]

pub mod api;
pub mod commands;
pub mod crate_roles;
pub mod diagnostic;
pub mod instructions;
pub mod layering;
pub mod program;
pub mod rehearse;
pub mod release;
pub mod report;
pub mod run;
pub mod scaffold;
pub mod snapshots;
pub mod test_results;
pub mod tidy;
pub mod tls;
pub mod workspace;
