//! `cargo run -p oauth-docs -- write | check | links BOOK`: called by `cargo xtask docs`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the program writes to the terminal")]

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};
use oauth_docs::{Book, evidence, links, pages};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(errors) if errors.is_empty() => ExitCode::SUCCESS,
        Ok(errors) => {
            eprintln!("{}", errors.join("\n"));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the command and returns the errors that it found.
fn run(args: &[&str]) -> Result<Vec<String>> {
    let book = Book::read()?;
    match args {
        ["write"] => {
            for path in pages::write(&book)? {
                println!("written: {}", path.display());
            }
            Ok([evidence::errors(&book), pages::headings(&book)?].concat())
        }
        ["check"] => {
            let links = links::of_repository(&book.repository)?;
            println!("{} links in {} Markdown files", links.links, links.files);
            println!("{} providers, {}", book.portraits.len(), book.facts);
            Ok([evidence::errors(&book), pages::headings(&book)?, pages::stale(&book)?, links.dead].concat())
        }
        ["links", built] => {
            let links = links::of_book(&book.repository, Path::new(built))?;
            println!("{} links on {} pages", links.links, links.files);
            Ok(links.dead)
        }
        _ => bail!("unknown command; use `write`, `check` or `links BOOK`, or run `cargo xtask docs`"),
    }
}
