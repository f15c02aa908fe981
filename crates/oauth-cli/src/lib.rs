//! The `oauth` program, as a library for the program itself and for the documentation of its command line. Nothing here is
//! promised to anybody else: use the crates it is made of.

mod account_filter;
mod cli;
mod client_config;
mod client_groups;
mod commands;
mod config;
mod connect_flow;
mod context;
mod demo;
mod failure;
mod interrupt;
mod listener;
mod open_connection;
mod output;
mod paths;
mod private_file;
mod progress;
mod prompt;
mod providers;
mod redirect;
mod registration;
mod report;
mod sandbox;
mod setting;
mod show;
mod store;
mod terminal;
#[cfg(test)]
mod testing;
mod time;
mod trace;

use std::io::Write as _;
use std::process;

use clap::{CommandFactory as _, Parser as _};
use tokio::runtime::{Builder, Runtime};

use cli::{Cli, Command};
use failure::{ExitCode, Failure};
use output::Output;

/// Does what the command line says.
#[must_use]
pub fn run() -> process::ExitCode {
    let cli = Cli::parse();
    let is_json = cli.command.is_json();
    let runtime = match runtime(&cli.command) {
        Ok(runtime) => runtime,
        Err(error) => return print_error(&anyhow::Error::new(error).context("the program could not start")),
    };
    let ended = runtime.block_on(execute(cli.command));
    // A thread may still wait for a person: at a prompt, on stdin, or before a keyring.
    runtime.shutdown_background();
    match ended.and_then(check_output_written) {
        Ok(None) => process::ExitCode::SUCCESS,
        Ok(Some(code)) => process::ExitCode::from(code as u8),
        Err(RunError::Message(error)) => print_error(&error),
        Err(RunError::Failure(failure)) => {
            Output::new(is_json).failure(&failure);
            process::ExitCode::from(failure.code as u8)
        }
    }
}

/// Demo and sandbox play providers and their customers at once; everything else waits for one answer at a time, and starts faster
/// without threads.
fn runtime(command: &Command) -> std::io::Result<Runtime> {
    match command {
        Command::Demo(_) | Command::DemoProcess | Command::Sandbox(_) => Builder::new_multi_thread(),
        _ => Builder::new_current_thread(),
    }
    .enable_all()
    .build()
}

/// Why it ended without success.
enum RunError {
    /// With an error that says all there is.
    Message(anyhow::Error),
    /// With one that has a code and a hint.
    Failure(Failure),
}

impl From<Failure> for RunError {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<anyhow::Error> for RunError {
    fn from(error: anyhow::Error) -> Self {
        Self::Message(error)
    }
}

/// A result that got lost on its way out is none.
fn check_output_written(code: Option<ExitCode>) -> Result<Option<ExitCode>, RunError> {
    match output::write_failure() {
        Some(failure) if code.is_none() => Err(failure.into()),
        _ => Ok(code),
    }
}

/// Does it; the code is what the program ends with, where that is not 0 without being a failure.
async fn execute(command: Command) -> Result<Option<ExitCode>, RunError> {
    match command {
        Command::Demo(arguments) => demo::run(&arguments).await?,
        Command::DemoProcess => demo::process().await?,
        Command::Sandbox(arguments) => sandbox::run(arguments).await?,
        Command::Connect(arguments) => commands::connect::run(&arguments).await?,
        Command::Add(arguments) => commands::add::run(&arguments).await?,
        Command::List(arguments) => commands::list::run(&arguments).await?,
        Command::Status(arguments) => return Ok(commands::status::run(&arguments).await?),
        Command::Header(arguments) => commands::header::run(&arguments).await?,
        Command::Request(arguments) => return Ok(commands::request::run(&arguments).await?),
        Command::Refresh(arguments) => return Ok(commands::refresh::run(&arguments).await?),
        Command::Keep(arguments) => commands::keep::run(&arguments).await?,
        Command::Disconnect(arguments) => commands::disconnect::run(&arguments).await?,
        Command::RotateKeys(arguments) => commands::rotate_keys::run(&arguments).await?,
        Command::Doctor(arguments) => return Ok(commands::doctor::run(&arguments).await?),
        Command::Completions(arguments) => commands::completions::run(&arguments)?,
    }
    Ok(None)
}

fn print_error(error: &anyhow::Error) -> process::ExitCode {
    // Where stderr is gone as well there is nobody left to tell; the exit code still says it.
    let _ = writeln!(anstream::stderr(), "{}error:{} {error:#}", show::BAD, anstyle::Reset);
    process::ExitCode::FAILURE
}

/// The command line, for its documentation.
#[doc(hidden)]
pub fn command() -> clap::Command {
    Cli::command()
}
