//! `cargo run -p oauth-docs -- write | check | links BOOK`: called by `cargo xtask docs`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal speaks through them"
)]

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};
use oauth_docs::{Places, evidence, includes, links, pages};

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(wrong) if wrong.is_empty() => ExitCode::SUCCESS,
        Ok(wrong) => {
            for one in wrong {
                eprintln!("{one}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What is wrong.
fn run(args: &[String]) -> Result<Vec<String>> {
    let places = Places::default();
    let root = &places.repository;
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        ["write"] => {
            let portraits = oauth_docs::all()?;
            for path in pages::write(&places, &portraits)? {
                println!("written: {}", path.display());
            }
            let mut wrong = evidence::complaints(root, &portraits)?;
            wrong.extend(pages::headings(&places, &portraits)?);
            wrong.extend(includes::broken(&places)?);
            Ok(wrong)
        }
        ["check"] => {
            let portraits = oauth_docs::all()?;
            let mut wrong = evidence::complaints(root, &portraits)?;
            wrong.extend(pages::headings(&places, &portraits)?);
            wrong.extend(includes::broken(&places)?);
            wrong.extend(pages::stale(&places, &portraits)?);
            wrong.extend(of_repository(root)?);
            let sources = portraits.iter().map(|portrait| portrait.sources.len()).sum::<usize>();
            let oldest =
                portraits.iter().flat_map(|one| &one.sources).map(|source| source.document.read_on).min();
            let oldest = oldest.map_or_else(String::new, |day| format!(", the oldest read on {day}"));
            println!("{} providers, {sources} sources{oldest}", portraits.len());
            Ok(wrong)
        }
        ["links", book] => {
            let followed = links::of_book(Path::new(book))?;
            println!("{} links on {} pages", followed.links, followed.pages);
            Ok(followed
                .dead
                .into_iter()
                .map(|dead| format!("{dead}\n  mend: correct the link, then `cargo xtask docs --check`"))
                .collect())
        }
        _ => bail!("the words are `write`, `check` and `links BOOK`; `cargo xtask docs` calls them"),
    }
}

/// The repository's Markdown files, but for the book's: its links are followed as they are built.
fn of_repository(root: &Path) -> Result<Vec<String>> {
    let mut files = links::markdown_of(root)?;
    files.retain(|path| !path.starts_with(oauth_docs::PAGES));
    let followed = links::of_repository(root, &files)?;
    println!("{} links on {} pages of the repository", followed.links, followed.pages);
    Ok(followed
        .dead
        .into_iter()
        .map(|dead| format!("{dead}\n  mend: correct the link, then `cargo xtask docs --check`"))
        .collect())
}
