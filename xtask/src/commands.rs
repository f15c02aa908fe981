//! The commands, one file each.

mod api;
mod bench;
mod browser;
mod ci;
mod deny;
mod docs;
mod features;
mod fuzz;
mod lint;
mod load;
mod model;
mod msrv;
mod new_provider;
mod processes;
mod release;
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

/// One command of `cargo xtask`.
#[derive(Debug, Clone, Copy)]
struct Command {
    /// The word that calls it.
    name: &'static str,
    /// The flags it takes, for the list.
    flags: &'static str,
    /// What it does, in one line.
    about: &'static str,
    /// Reads its own flags and does it.
    run: fn(&Workspace, &mut Parser) -> Result<Report>,
}

/// All of them, in the order of the list.
const ALL: &[Command] = &[
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
    load::COMMAND,
    model::COMMAND,
    fuzz::COMMAND,
    api::COMMAND,
    release::COMMAND,
    browser::COMMAND,
    bench::COMMAND,
    new_provider::COMMAND,
    ci::COMMAND,
    tools::COMMAND,
];

/// Runs the command that these arguments name; without one, lists the commands.
#[must_use]
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    match called(Parser::from_args(args)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn called(mut args: Parser) -> Result<bool> {
    let name = match args.next()? {
        None => {
            print!("{}", list());
            return Ok(true);
        }
        Some(lexopt::Arg::Short('h') | lexopt::Arg::Long("help")) => {
            print!("{}", list());
            return Ok(true);
        }
        Some(lexopt::Arg::Value(name)) => name.to_string_lossy().into_owned(),
        Some(other) => return Err(other.unexpected().into()),
    };
    let Some(command) = ALL.iter().find(|command| command.name == name) else {
        anyhow::bail!("there is no command `{name}`; `cargo xtask` lists them all");
    };
    let workspace = Workspace::around(&std::env::current_dir()?)?;
    let report = (command.run)(&workspace, &mut args)?;
    print!("{}", report.summary(&format!("cargo xtask {name}")));
    Ok(report.succeeded())
}

fn list() -> String {
    let calls: Vec<String> = ALL
        .iter()
        .map(|command| format!("{} {}", command.name, command.flags).trim_end().to_owned())
        .collect();
    let width = calls.iter().map(String::len).max().unwrap_or(0);
    ALL.iter()
        .zip(calls)
        .map(|(command, call)| format!("cargo xtask {call:width$}  {}\n", command.about))
        .collect()
}

/// For commands without flags: anything more on the line is a mistake, not something to pass over.
fn no_more(args: &mut Parser) -> Result<()> {
    match args.next()? {
        None => Ok(()),
        Some(other) => Err(other.unexpected().into()),
    }
}

/// Words for a command line, from fixed ones and ones that were computed.
fn words<'a>(fixed: &[&'a str], more: &'a [String]) -> Vec<&'a str> {
    fixed.iter().copied().chain(more.iter().map(String::as_str)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_one_line_per_command() {
        let list = list();
        assert_eq!(list.lines().count(), ALL.len());
        for (line, command) in list.lines().zip(ALL) {
            assert!(line.contains(command.name) && line.ends_with(command.about), "{line}");
        }
    }

    #[test]
    fn an_unknown_command_or_flag_is_an_error() {
        assert!(called(Parser::from_args(["tests"])).is_err());
        assert!(called(Parser::from_args(["--test"])).is_err());
        assert!(no_more(&mut Parser::from_args(["--fix"])).is_err());
        assert!(no_more(&mut Parser::from_args(["more"])).is_err());
    }
}
