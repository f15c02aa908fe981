//! `oauth exec`: runs a command with the access token in its environment.

use std::ffi::OsString;
use std::io;
use std::process::Command;

use clap::Args;

use super::token::credentials;
use crate::connection_name::ConnectionArgs;
use crate::context::Context;
use crate::failure::{ExitCode, Failure};
use crate::providers::with_provider;

/// Arguments of `exec`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Sets OAUTH_ACCESS_TOKEN to the token and OAUTH_AUTHORIZATION to the value of the Authorization header. The token \
is not refreshed while the command runs. The exit code is that of the command. Let the command pass the token on \
through the environment or stdin: other users can read the arguments of a program.

Examples:
  oauth exec go1/acme -- ./report.sh
  oauth exec cobot -- sh -c '
    echo \"Authorization: $OAUTH_AUTHORIZATION\" |
    curl -H @- https://www.cobot.me/api/user'")]
pub(crate) struct ExecArgs {
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,

    /// Command and arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// Runs the command. On Unix it replaces this program, so that it gets all signals.
pub(crate) async fn run(arguments: &ExecArgs) -> Result<std::convert::Infallible, Failure> {
    let context = Context::new(&arguments.connection.common)?;
    let (provider, account) = arguments.connection.resolve()?;
    let credentials = with_provider!(provider, P => credentials::<P>(&context, provider, &account).await)?;
    // At least one, as the argument parser requires.
    let (program, rest) = arguments.command.split_first().ok_or_else(|| Failure::usage("no command"))?;
    let mut command = Command::new(program);
    command
        .args(rest)
        .env("OAUTH_ACCESS_TOKEN", credentials.access_token.expose())
        // Always text: tokens are validated as printable ASCII.
        .env("OAUTH_AUTHORIZATION", credentials.authorization.to_str().unwrap_or_default());
    let error = replace_process(&mut command);
    let message = format!("cannot run `{}`: {error}", program.display());
    Err(Failure::new(ExitCode::Failed, "exec", message).with_help("check the command's name and PATH"))
}

/// Runs the command in place of this program. Returns only on an error.
#[cfg(unix)]
fn replace_process(command: &mut Command) -> io::Error {
    std::os::unix::process::CommandExt::exec(command)
}

/// Runs the command, then ends with its exit code. Returns only on an error.
#[cfg(not(unix))]
fn replace_process(command: &mut Command) -> io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}
