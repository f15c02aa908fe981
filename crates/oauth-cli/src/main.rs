//! The `oauth` program: `demo` shows the whole life of a connection at each provider, `sandbox` plays the providers for other programs.

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

use clap::Parser as _;

use cli::{Cli, Command};

#[tokio::main]
async fn main() -> ExitCode {
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
