//! Automation of this workspace: `cargo xtask`, a façade over the field's tools.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line program prints")]

mod api;
mod checks;
mod commands;
mod layering;
mod new_provider;
mod programs;
mod rehearse;
mod release;
mod report;
mod run;
mod threats;
mod tidy;
mod tools;
mod workspace;

use std::env;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

use anyhow::Result;
use clap::Parser as _;

fn main() -> ExitCode {
    if let Some(code) = api::run_as_rustdoc() {
        return code;
    }
    let result = match env::var_os("CARGO_PKG_NAME") {
        Some(_) => restart_without_package_variables(),
        None => commands::Command::parse().run(),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Replaces this process by the same program without the variables that `cargo run` sets about its package.
///
/// ring's build script watches them: with them, cargo would build ring, and all that depends on it, again
/// whenever `cargo xtask` and plain `cargo` take turns.
fn restart_without_package_variables() -> Result<bool> {
    let of_package = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    let mut command = Command::new(env::current_exe()?);
    command.args(env::args_os().skip(1));
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_str().is_some_and(of_package)) {
        command.env_remove(name);
    }
    Err(command.exec().into())
}
