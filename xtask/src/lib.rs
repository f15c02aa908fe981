//! All automation of this workspace: `cargo xtask`.
//!
//! A library as well as a program, so that tests can ask the same questions as CI (see [`walls`]).
//! One file per command under `commands`; what they share lies beside this file.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal speaks through them"
)]

pub mod api;
pub mod commands;
pub mod finding;
pub mod house;
pub mod instructions;
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
pub mod walls;
pub mod workspace;
