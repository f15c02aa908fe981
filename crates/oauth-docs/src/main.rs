//! `cargo run -p oauth-docs -- write | check [API]`: called by `cargo xtask docs`.
//! `cargo run -p oauth-docs -- picture`: draws the README's picture of the demo.
//!
//! Generates tables of the book from the crates, and checks its pages, facts and links. A page marks a
//! generated part with two comments, `<!-- generated: facts cobot -->` and `<!-- end -->`. `write` writes the
//! text between them, `check` compares it. `API` is the folder of the API documentation.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the program writes to the terminal")]

mod api_calls;
mod dialect;
mod evidence;
mod links;
mod pages;
mod parts;
mod picture;
mod portrait;
mod provider_facts;
mod providers;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::portrait::Portrait;
use crate::provider_facts::ProviderFacts;

/// The folder of the book's pages, relative to the repository.
const PAGES: &str = "docs/book/src";

/// The sources of the book.
#[derive(Clone, Debug)]
struct Book {
    repository: PathBuf,
    pages: PathBuf,
    facts: ProviderFacts,
    portraits: Vec<Portrait>,
}

impl Book {
    fn read() -> Result<Self> {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
        let facts = ProviderFacts::read(&repository)?;
        let portraits = providers::all(&repository)?;
        Ok(Self { pages: repository.join(PAGES), repository, facts, portraits })
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let errors = run(&args.iter().map(String::as_str).collect::<Vec<_>>())
        .unwrap_or_else(|error| vec![format!("error: {error:#}")]);
    eprintln!("{}", errors.join("\n"));
    if errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs the command and returns the errors that it found.
fn run(args: &[&str]) -> Result<Vec<String>> {
    let (write, api) = match args {
        ["picture"] => return picture::draw().map(|()| Vec::new()),
        [word @ ("write" | "check"), api @ ..] if api.len() < 2 => (*word == "write", api.first()),
        _ => bail!("unknown command; use `write`, `check` or `picture`, or run `cargo xtask docs`"),
    };
    let book = Book::read()?;
    let stale = pages::update(&book, write)?;
    let dead = links::dead(&book.repository, api.map(Path::new))?;
    Ok([evidence::errors(&book), stale, dead].concat())
}
