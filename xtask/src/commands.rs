//! The commands of `cargo xtask`, one file each.

mod api;
mod bench;
mod browser;
mod ci;
mod deny;
mod docs;
mod features;
mod fuzz;
mod interleavings;
mod lint;
mod msrv;
mod new_provider;
mod processes;
mod real_servers;
mod release;
mod simulate;
mod snapshots;
mod test;
mod tidy;
mod tools;
mod walls;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use lexopt::Parser;

use crate::report::Report;
use crate::workspace::Workspace;

/// A command of `cargo xtask`.
#[derive(Debug, Clone, Copy)]
struct Command {
    /// Name on the command line.
    name: &'static str,
    /// Its flags, for the help text.
    flags: &'static str,
    /// One-line description.
    about: &'static str,
    /// Parses its flags and runs it.
    run: fn(&Workspace, &mut Parser) -> Result<Report>,
}

/// All commands, in the order of the help text.
const COMMANDS: &[Command] = &[
    test::COMMAND,
    lint::COMMAND,
    docs::COMMAND,
    snapshots::COMMAND,
    features::COMMAND,
    tidy::COMMAND,
    walls::COMMAND,
    deny::COMMAND,
    msrv::COMMAND,
    processes::COMMAND,
    interleavings::COMMAND,
    simulate::COMMAND,
    fuzz::COMMAND,
    api::COMMAND,
    release::COMMAND,
    browser::COMMAND,
    real_servers::COMMAND,
    bench::COMMAND,
    new_provider::COMMAND,
    ci::COMMAND,
    tools::COMMAND,
];

/// Runs the command in these arguments; without one, prints the help text.
#[must_use]
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    match run_command(Parser::from_args(args)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run_command(mut args: Parser) -> Result<bool> {
    let name = match args.next()? {
        None => {
            print!("{}", help_text());
            return Ok(true);
        }
        Some(lexopt::Arg::Short('h') | lexopt::Arg::Long("help")) => {
            print!("{}", help_text());
            return Ok(true);
        }
        Some(lexopt::Arg::Value(name)) => name.to_string_lossy().into_owned(),
        Some(other) => return Err(other.unexpected().into()),
    };
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        anyhow::bail!("unknown command `{name}`\nhelp: `cargo xtask` lists all commands");
    };
    let workspace = Workspace::around(&std::env::current_dir()?)?;
    let report = (command.run)(&workspace, &mut args)?;
    print!("{}", report.summary(&format!("cargo xtask {name}")));
    Ok(report.succeeded())
}

fn help_text() -> String {
    let calls: Vec<String> = COMMANDS
        .iter()
        .map(|command| format!("{} {}", command.name, command.flags).trim_end().to_owned())
        .collect();
    let width = calls.iter().map(String::len).max().unwrap_or(0);
    COMMANDS
        .iter()
        .zip(calls)
        .map(|(command, call)| format!("cargo xtask {call:width$}  {}\n", command.about))
        .collect()
}

/// Rejects further arguments, for commands without flags.
fn expect_no_args(args: &mut Parser) -> Result<()> {
    match args.next()? {
        None => Ok(()),
        Some(other) => Err(other.unexpected().into()),
    }
}

/// Joins fixed and computed arguments.
fn join_args<'a>(fixed: &[&'a str], more: &'a [String]) -> Vec<&'a str> {
    fixed.iter().copied().chain(more.iter().map(String::as_str)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_has_one_line_per_command() {
        let help_text = help_text();
        assert_eq!(help_text.lines().count(), COMMANDS.len());
        for (line, command) in help_text.lines().zip(COMMANDS) {
            assert!(line.contains(command.name) && line.ends_with(command.about), "{line}");
        }
    }

    #[test]
    fn rejects_unknown_command_or_flag() {
        assert!(run_command(Parser::from_args(["tests"])).is_err());
        assert!(run_command(Parser::from_args(["--test"])).is_err());
        assert!(expect_no_args(&mut Parser::from_args(["--fix"])).is_err());
        assert!(expect_no_args(&mut Parser::from_args(["more"])).is_err());
    }
}
