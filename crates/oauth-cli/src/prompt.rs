//! Prompts on the terminal, and secrets from files or stdin.
//!
//! Blocking reads cannot be cancelled: they run on their own thread, so that a signal still ends the program.

use std::fs::File;
use std::io::{self, Read, Write as _};

use oauth_core::{ClientSecret, Password};

use crate::context::Context;
use crate::credential_text;
use crate::failure::Failure;
use crate::output::is_interactive;
use crate::shown_text::escape_styled;
use crate::terminal::TerminalModes;

/// Upper bound on a secret file, in bytes.
const MAX_SECRET_FILE: u64 = 64 * 1024;

/// Prompts for a visible value. `alternative` says how to provide it without a terminal.
pub(crate) async fn text(context: &Context, label: &str, alternative: &str) -> Result<String, Failure> {
    require_terminal(label, alternative)?;
    let line = read_line(context, &format!("{label}: ")).await?;
    if line.is_empty() {
        return Err(Failure::interrupted());
    }
    Ok(credential_text::parse_named(&line, label)?.to_owned())
}

/// Prompts for a secret or a token without echo.
pub(crate) async fn secret<T: From<String>>(
    context: &Context,
    label: &str,
    alternative: &str,
) -> Result<T, Failure> {
    let typed = hidden_line(context, label, alternative).await?;
    Ok(credential_text::parse_named(typed.expose(), label)?.to_owned().into())
}

/// Prompts for a password without echo. It may have any characters, and blanks at its ends.
pub(crate) async fn password(context: &Context, label: &str, alternative: &str) -> Result<Password, Failure> {
    let typed = hidden_line(context, label, alternative).await?;
    if typed.expose().is_empty() {
        return Err(Failure::usage(format!("{label} is empty")));
    }
    Ok(typed.expose().into())
}

/// Reads a line without echo. Wiped on drop.
async fn hidden_line(context: &Context, label: &str, alternative: &str) -> Result<ClientSecret, Failure> {
    require_terminal(label, alternative)?;
    let question = format!("{label}: ");
    // rpassword returns an error on Ctrl-C; other signals never return.
    let _modes = TerminalModes::save();
    let typed = read_blocking(context, move || rpassword::prompt_password(question)).await?;
    typed.map(ClientSecret::from).map_err(|error| terminal_error(&error))
}

/// Asks a yes/no question. Anything but yes is no.
pub(crate) async fn confirm(context: &Context, question: &str) -> Result<bool, Failure> {
    let line = read_line(context, &format!("{question} [y/N] ")).await?;
    Ok(matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Reads a secret from a file; `-` is stdin.
pub(crate) async fn secret_from_file<T: From<String>>(
    context: &Context,
    path: &str,
    label: &str,
) -> Result<T, Failure> {
    let read = read_file(context, path, MAX_SECRET_FILE).await?.and_then(|bytes| {
        // Wiped on drop.
        String::from_utf8(bytes)
            .map(ClientSecret::from)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not valid UTF-8"))
    });
    let text = read.map_err(|error| {
        let source = if path == "-" { "stdin" } else { path };
        Failure::setup(format!("cannot read {label} from {source}: {error}"))
    })?;
    Ok(credential_text::parse_named(text.expose(), label)?.to_owned().into())
}

/// Reads a file, up to `limit` bytes; `-` is stdin.
pub(crate) async fn read_file(
    context: &Context,
    path: &str,
    limit: u64,
) -> Result<io::Result<Vec<u8>>, Failure> {
    let path = path.to_owned();
    let read = move || {
        let mut bytes = Vec::new();
        match path.as_str() {
            "-" => io::stdin().take(limit).read_to_end(&mut bytes)?,
            path => File::open(path)?.take(limit).read_to_end(&mut bytes)?,
        };
        Ok(bytes)
    };
    read_blocking(context, read).await
}

async fn read_line(context: &Context, question: &str) -> Result<String, Failure> {
    let question = escape_styled(question);
    let _ = write!(io::stderr(), "{question}").and_then(|()| io::stderr().flush());
    let read = || {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map(|_| line)
    };
    read_blocking(context, read).await?.map_err(|error| terminal_error(&error))
}

async fn read_blocking<T: Send + 'static>(
    context: &Context,
    read: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let read = async {
        let read = tokio::task::spawn_blocking(read).await;
        read.map_err(|_| Failure::setup("the read failed"))
    };
    context.until_interrupted(read).await
}

fn require_terminal(label: &str, alternative: &str) -> Result<(), Failure> {
    if is_interactive() {
        return Ok(());
    }
    Err(Failure::usage(format!("{label} is missing, and there is no terminal to prompt on"))
        .with_help(alternative))
}

fn terminal_error(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof => Failure::interrupted(),
        _ => Failure::setup(format!("cannot read from the terminal: {error}")),
    }
}
