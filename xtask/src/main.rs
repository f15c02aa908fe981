//! Entry point of `cargo xtask`: reads the command line. The checks are in the library of the same name.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line program prints")]

mod commands;

use std::env;
use std::process::{Command, ExitCode};

use clap::Parser as _;

fn main() -> ExitCode {
    if let Some(code) = xtask::api::run_as_rustdoc() {
        return code;
    }
    if env::var_os("CARGO_PKG_NAME").is_some() {
        return run_without_package_variables();
    }
    match commands::Command::parse().run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Runs this program again without the variables that `cargo run` sets about its package.
///
/// ring's build script watches them: with them, cargo would build ring, and all that depends on it, again
/// whenever `cargo xtask` and plain `cargo` take turns.
fn run_without_package_variables() -> ExitCode {
    let of_package = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    let status = env::current_exe().and_then(|program| {
        let mut command = Command::new(program);
        command.args(env::args_os().skip(1));
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_str().is_some_and(of_package)) {
            command.env_remove(name);
        }
        command.status()
    });
    match status {
        Ok(status) => {
            status.code().map_or(ExitCode::FAILURE, |code| ExitCode::from(u8::try_from(code).unwrap_or(1)))
        }
        Err(error) => {
            eprintln!("error: this program cannot be started again: {error}");
            ExitCode::from(2)
        }
    }
}
