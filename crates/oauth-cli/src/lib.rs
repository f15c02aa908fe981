//! The `oauth` program as a library, for its binary and for generated documentation. Not a public API: use
//! the provider crates instead.

mod cli;
mod client_config;
mod client_groups;
mod commands;
mod config;
mod connect_flow;
mod connection_name;
mod context;
mod credential_text;
mod failure;
mod interrupt;
mod jq;
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
mod running_sandbox;
mod sandbox;
mod setting;
mod shown_text;
mod store;
mod styles;
mod table;
mod terminal;
#[cfg(test)]
mod testing;
mod time;
mod unrecognized_responses;
mod wire_trace;

use std::io::Write as _;
use std::process;

use clap::{CommandFactory as _, Parser as _};
use tokio::runtime::{Builder, Runtime};

use cli::{Cli, Command};
use failure::{ExitCode, Failure};
use interrupt::Interrupt;
use output::Output;

/// Runs the command line.
#[must_use]
pub fn run() -> process::ExitCode {
    let cli = Cli::parse_from(connection_name::split_for_subcommand(std::env::args_os().collect()));
    log_events();
    let is_json = cli.command.is_json();
    let runtime = match runtime(&cli.command) {
        Ok(runtime) => runtime,
        Err(error) => return print_error(&anyhow::Error::new(error).context("could not start")),
    };
    let ended = runtime.block_on(execute(cli.command));
    // A blocking thread may still wait at a prompt, on stdin or for a keyring.
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

/// Prints the events of this workspace's crates that `RUST_LOG` selects, such as `oauth_core=debug`, on
/// stderr. They hold no secret. Events of other crates are not printed: what they hold is not known.
fn log_events() {
    use tracing_subscriber::filter::{FilterFn, Targets};
    use tracing_subscriber::layer::SubscriberExt as _;
    use tracing_subscriber::util::SubscriberInitExt as _;

    let Some(filter) = std::env::var("RUST_LOG").ok().filter(|filter| !filter.is_empty()) else { return };
    match filter.parse::<Targets>() {
        Ok(targets) => {
            let own = FilterFn::new(|event| event.target().starts_with("oauth_"));
            let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
            tracing_subscriber::registry().with(lines).with(targets).with(own).init();
        }
        Err(error) => output::trace(format_args!("RUST_LOG is ignored: {error}")),
    }
}

/// Builds a multi-threaded runtime for demo and sandbox, which serve and call at the same time. Other
/// commands start faster without threads.
fn runtime(command: &Command) -> std::io::Result<Runtime> {
    match command {
        Command::Demo(_) | Command::DemoProcess | Command::Sandbox(_) => Builder::new_multi_thread(),
        _ => Builder::new_current_thread(),
    }
    .enable_all()
    .build()
}

/// A command's failure.
enum RunError {
    /// A message only.
    Message(anyhow::Error),
    /// A failure with exit code and help.
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

/// Returns an error if the result could not be written.
fn check_output_written(code: Option<ExitCode>) -> Result<Option<ExitCode>, RunError> {
    match output::write_failure() {
        Some(failure) if code.is_none() => Err(failure.into()),
        _ => Ok(code),
    }
}

/// Runs the command. Returns an exit code where it is not 0 although nothing failed.
async fn execute(command: Command) -> Result<Option<ExitCode>, RunError> {
    match command {
        // These two listen for signals before they start or print anything.
        Command::Demo(arguments) => oauth_demo::run(&arguments, Interrupt::listen()?.wait()).await?,
        Command::Sandbox(arguments) => sandbox::run(arguments, Interrupt::listen()?.wait()).await?,
        Command::DemoProcess => oauth_demo::run_application().await?,
        Command::Connect(arguments) => commands::connect::run(&arguments).await?,
        Command::Add(arguments) => commands::add::run(&arguments).await?,
        Command::List(arguments) => commands::list::run(&arguments).await?,
        Command::Status(arguments) => return Ok(commands::status::run(&arguments).await?),
        Command::Header(arguments) => commands::header::run(&arguments).await?,
        Command::Token(arguments) => commands::token::run(&arguments).await?,
        Command::Exec(arguments) => match commands::exec::run(&arguments).await? {},
        Command::Request(arguments) => return Ok(commands::request::run(&arguments).await?),
        Command::Refresh(arguments) => return Ok(commands::refresh::run(&arguments).await?),
        Command::Keep(arguments) => commands::keep::run(&arguments).await?,
        Command::Disconnect(arguments) => commands::disconnect::run(&arguments).await?,
        Command::RotateKeys(arguments) => commands::rotate_keys::run(&arguments).await?,
        Command::Doctor(arguments) => return Ok(commands::doctor::run(&arguments).await?),
        Command::Api(arguments) => commands::api::run(&arguments)?,
        Command::Completions(arguments) => commands::completions::run(&arguments)?,
    }
    Ok(None)
}

fn print_error(error: &anyhow::Error) -> process::ExitCode {
    // If stderr is closed as well, only the exit code is left.
    let _ = writeln!(anstream::stderr(), "{}error:{} {error:#}", styles::BAD, anstyle::Reset);
    process::ExitCode::FAILURE
}

/// The command line's definition, for generated documentation.
#[doc(hidden)]
pub fn command() -> clap::Command {
    Cli::command()
}
