//! Asking the person, where there is one.
//!
//! A read cannot be called off: it waits in a thread of its own, so that a signal ends the program all the same.

use std::fs::File;
use std::io::{self, Read, Write as _};

use oauth_core::ClientSecret;

use crate::context::Context;
use crate::failure::Failure;
use crate::output::can_ask;
use crate::terminal::Modes;

/// More than any secret, and less than a file that was named by mistake.
const LONGEST: u64 = 64 * 1024;

/// Asks for something that may be seen. `instead` says how to give it where nobody can be asked.
pub(crate) async fn text(context: &Context, what: &str, instead: &str) -> Result<String, Failure> {
    check(what, instead)?;
    let line = line(context, &format!("{what}: ")).await?;
    if line.is_empty() {
        return Err(Failure::interrupted());
    }
    filled(&line, what)
}

/// Asks for something that nobody may see.
pub(crate) async fn secret<T: From<String>>(
    context: &Context,
    what: &str,
    instead: &str,
) -> Result<T, Failure> {
    check(what, instead)?;
    let asked = format!("{what}: ");
    // Ctrl-C comes back as an error, any other signal does not come back.
    let _modes = Modes::now();
    let typed = reading(context, move || rpassword::prompt_password(asked)).await?;
    // Wiped when it is dropped.
    let typed = ClientSecret::from(typed.map_err(|error| failed(&error))?);
    filled(typed.expose(), what).map(T::from)
}

/// Yes or no; anything but a yes is no.
pub(crate) async fn confirm(context: &Context, question: &str) -> Result<bool, Failure> {
    let line = line(context, &format!("{question} [y/N] ")).await?;
    Ok(matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// A secret in a file; `-` is stdin.
pub(crate) async fn from_file<T: From<String>>(
    context: &Context,
    path: &str,
    what: &str,
) -> Result<T, Failure> {
    let read = whole(context, path, LONGEST).await?.and_then(|bytes| {
        // Wiped as well, when it is dropped.
        String::from_utf8(bytes)
            .map(ClientSecret::from)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not text"))
    });
    let text = read.map_err(|error| {
        let place = if path == "-" { "stdin" } else { path };
        Failure::setup(format!("{what} cannot be read from {place}: {error}"))
    })?;
    filled(text.expose(), what).map(T::from)
}

/// All of a file, up to so many bytes; `-` is stdin.
pub(crate) async fn whole(
    context: &Context,
    path: &str,
    longest: u64,
) -> Result<io::Result<Vec<u8>>, Failure> {
    let path = path.to_owned();
    let read = move || {
        let mut bytes = Vec::new();
        match path.as_str() {
            "-" => io::stdin().take(longest).read_to_end(&mut bytes)?,
            path => File::open(path)?.take(longest).read_to_end(&mut bytes)?,
        };
        Ok(bytes)
    };
    reading(context, read).await
}

async fn line(context: &Context, asked: &str) -> Result<String, Failure> {
    let _ = write!(io::stderr(), "{asked}").and_then(|()| io::stderr().flush());
    let read = || {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map(|_| line)
    };
    reading(context, read).await?.map_err(|error| failed(&error))
}

async fn reading<T: Send + 'static>(
    context: &Context,
    read: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let read = async {
        let read = tokio::task::spawn_blocking(read).await;
        read.map_err(|_| Failure::setup("reading failed"))
    };
    context.until_interrupted(read).await
}

fn check(what: &str, instead: &str) -> Result<(), Failure> {
    if can_ask() {
        return Ok(());
    }
    Err(Failure::usage(format!("{what} is missing, and there is no terminal to ask on")).hint(instead))
}

fn filled(text: &str, what: &str) -> Result<String, Failure> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::usage(format!("{what} is empty")));
    }
    Ok(text.to_owned())
}

fn failed(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof => Failure::interrupted(),
        _ => Failure::setup(format!("the terminal cannot be read: {error}")),
    }
}
