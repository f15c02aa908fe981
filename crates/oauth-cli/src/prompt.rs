//! Asking the person, where there is one.

use std::io::{self, Read as _, Write as _};

use crate::failure::Failure;
use crate::output::can_ask;

/// More than any secret, and less than a file that was named by mistake.
const LONGEST: u64 = 64 * 1024;

/// Asks for something that may be seen. `instead` says how to give it where nobody can be asked.
pub(crate) fn text(what: &str, instead: &str) -> Result<String, Failure> {
    check(what, instead)?;
    let _ = write!(io::stderr(), "{what}: ").and_then(|()| io::stderr().flush());
    let mut line = String::new();
    let read = io::stdin().read_line(&mut line);
    match read {
        Ok(0) => Err(Failure::interrupted()),
        Ok(_) => filled(&line, what),
        Err(error) => Err(failed(&error)),
    }
}

/// Asks for something that nobody may see.
pub(crate) fn secret(what: &str, instead: &str) -> Result<String, Failure> {
    check(what, instead)?;
    // Ctrl-C comes back as an error, after the terminal was put back as it was.
    let typed = rpassword::prompt_password(format!("{what}: ")).map_err(|error| failed(&error))?;
    filled(&typed, what)
}

/// Yes or no; anything but a yes is no.
pub(crate) fn confirm(question: &str) -> Result<bool, Failure> {
    let _ = write!(io::stderr(), "{question} [y/N] ").and_then(|()| io::stderr().flush());
    let mut line = String::new();
    io::stdin().read_line(&mut line).map_err(|error| failed(&error))?;
    Ok(matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// A secret in a file; `-` is stdin.
pub(crate) fn from_file(path: &str, what: &str) -> Result<String, Failure> {
    let mut text = String::new();
    let read = if path == "-" {
        io::stdin().take(LONGEST).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut text))
    };
    read.map_err(|error| {
        let place = if path == "-" { "stdin" } else { path };
        Failure::setup(format!("{what} cannot be read from {place}: {error}"))
    })?;
    filled(&text, what)
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
