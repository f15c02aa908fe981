//! `cargo run -p oauth-docs -- write | check | links BOOK`: called by `cargo xtask docs`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the program writes to the terminal")]

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};
use oauth_docs::portrait::Portrait;
use oauth_docs::provider_facts::Source;
use oauth_docs::{BookPaths, evidence, includes, links, pages};

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(errors) if errors.is_empty() => ExitCode::SUCCESS,
        Ok(errors) => {
            for error in errors {
                eprintln!("{error}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the command and returns the errors that it found.
fn run(args: &[String]) -> Result<Vec<String>> {
    let paths = BookPaths::default();
    let root = &paths.repository;
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["write"] => {
            let portraits = oauth_docs::all()?;
            for path in pages::write(&paths, &portraits)? {
                println!("written: {}", path.display());
            }
            let mut errors = evidence::errors(root, &portraits)?;
            errors.extend(pages::headings(&paths, &portraits)?);
            errors.extend(includes::broken(&paths)?);
            Ok(errors)
        }
        ["check"] => {
            let portraits = oauth_docs::all()?;
            let mut errors = evidence::errors(root, &portraits)?;
            errors.extend(pages::headings(&paths, &portraits)?);
            errors.extend(includes::broken(&paths)?);
            errors.extend(pages::stale(&paths, &portraits)?);
            errors.extend(of_repository(root)?);
            let sources: Vec<&Source> = portraits.iter().flat_map(Portrait::sources).collect();
            let oldest = sources.iter().map(|source| source.document.read_on).min();
            let oldest = oldest.map_or_else(String::new, |day| format!(", the oldest read on {day}"));
            println!("{} providers, {} sources{oldest}", portraits.len(), sources.len());
            Ok(errors)
        }
        ["links", book] => {
            let report = links::of_book(Path::new(book))?;
            println!("{} links on {} pages", report.links, report.pages);
            Ok(report
                .dead
                .into_iter()
                .map(|dead| format!("{dead}\n  help: correct the link, then `cargo xtask docs --check`"))
                .collect())
        }
        _ => bail!("unknown command; use `write`, `check` or `links BOOK`, or run `cargo xtask docs`"),
    }
}

/// Checks the links of the Markdown files outside the book. The book's links are checked in its HTML.
fn of_repository(root: &Path) -> Result<Vec<String>> {
    let mut files = links::markdown_of(root)?;
    files.retain(|path| !path.starts_with(oauth_docs::PAGES));
    let report = links::of_repository(root, &files)?;
    println!("{} links in {} Markdown files", report.links, report.pages);
    Ok(report
        .dead
        .into_iter()
        .map(|dead| format!("{dead}\n  help: correct the link, then `cargo xtask docs --check`"))
        .collect())
}
