//! Asking the person, where there is one.
//!
//! A read cannot be called off: it waits in a thread of its own, so that a signal ends the program all the same.

use std::fs::File;
use std::io::{self, Read, Write as _};

use oauth_core::ClientSecret;

use crate::context::Context;
use crate::failure::Failure;
use crate::output::is_interactive;
use crate::terminal::TerminalModes;

/// More than any secret, and less than a file that was named by mistake.
const MAX_SECRET_FILE: u64 = 64 * 1024;

/// Asks for something that may be seen. `instead` says how to give it where nobody can be asked.
pub(crate) async fn text(context: &Context, what: &str, alternative: &str) -> Result<String, Failure> {
    require_terminal(what, alternative)?;
    let line = read_line(context, &format!("{what}: ")).await?;
    if line.is_empty() {
        return Err(Failure::interrupted());
    }
    non_empty(&line, what)
}

/// Asks for something that nobody may see.
pub(crate) async fn secret<T: From<String>>(
    context: &Context,
    what: &str,
    alternative: &str,
) -> Result<T, Failure> {
    require_terminal(what, alternative)?;
    let question = format!("{what}: ");
    // Ctrl-C comes back as an error, any other signal does not come back.
    let _modes = TerminalModes::save();
    let typed = read_blocking(context, move || rpassword::prompt_password(question)).await?;
    // Wiped when it is dropped.
    let typed = ClientSecret::from(typed.map_err(|error| terminal_error(&error))?);
    non_empty(typed.expose(), what).map(T::from)
}

/// Yes or no; anything but a yes is no.
pub(crate) async fn confirm(context: &Context, question: &str) -> Result<bool, Failure> {
    let line = read_line(context, &format!("{question} [y/N] ")).await?;
    Ok(matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// A secret in a file; `-` is stdin.
pub(crate) async fn secret_from_file<T: From<String>>(
    context: &Context,
    path: &str,
    what: &str,
) -> Result<T, Failure> {
    let read = read_file(context, path, MAX_SECRET_FILE).await?.and_then(|bytes| {
        // Wiped as well, when it is dropped.
        String::from_utf8(bytes)
            .map(ClientSecret::from)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not text"))
    });
    let text = read.map_err(|error| {
        let place = if path == "-" { "stdin" } else { path };
        Failure::setup(format!("{what} cannot be read from {place}: {error}"))
    })?;
    non_empty(text.expose(), what).map(T::from)
}

/// All of a file, up to so many bytes; `-` is stdin.
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
        read.map_err(|_| Failure::setup("reading failed"))
    };
    context.until_interrupted(read).await
}

fn require_terminal(what: &str, alternative: &str) -> Result<(), Failure> {
    if is_interactive() {
        return Ok(());
    }
    Err(Failure::usage(format!("{what} is missing, and there is no terminal to ask on"))
        .with_help(alternative))
}

fn non_empty(text: &str, what: &str) -> Result<String, Failure> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::usage(format!("{what} is empty")));
    }
    Ok(text.to_owned())
}

fn terminal_error(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof => Failure::interrupted(),
        _ => Failure::setup(format!("the terminal cannot be read: {error}")),
    }
}
