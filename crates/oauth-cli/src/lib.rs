//! The `oauth` program, as a library for the program itself and for the documentation of its command line. Nothing here is
//! promised to anybody else: use the crates it is made of.

mod cli;
mod demo;
mod interrupt;
mod listener;
mod sandbox;
mod show;
#[cfg(test)]
mod testing;
mod trace;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use cli::{Cli, Command};

/// Does what the command line says.
pub async fn run() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Demo(arguments) => demo::run(&arguments).await,
        Command::DemoProcess => demo::process().await,
        Command::Sandbox(arguments) => sandbox::run(arguments).await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where stderr is gone as well there is nobody left to tell; the exit code still says it.
            let _ = writeln!(anstream::stderr(), "{}error:{} {error:#}", show::BAD, anstyle::Reset);
            ExitCode::FAILURE
        }
    }
}

/// The command line, for its documentation.
#[doc(hidden)]
pub fn command() -> clap::Command {
    Cli::command()
}
