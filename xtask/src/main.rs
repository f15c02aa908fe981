//! Entry point of `cargo xtask`: reads the command line. The checks are in the library of the same name.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line program prints")]

mod commands;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    if let Some(code) = xtask::api::run_as_rustdoc() {
        return code;
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
