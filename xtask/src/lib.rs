//! Automation of this workspace: `cargo xtask`, a façade over the field's tools.
//!
//! A library as well as a program, so that tests can run the checks of CI.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line program prints")]

pub mod api;
pub mod checks;
pub mod layering;
pub mod new_provider;
pub mod programs;
pub mod rehearse;
pub mod release;
pub mod report;
pub mod run;
pub mod threats;
pub mod tidy;
pub mod tools;
pub mod workspace;
