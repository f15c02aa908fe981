//! Generates parts of the book from the crates, and checks that the pages are up to date.
//!
//! A page marks a generated part with two comments, `<!-- generated: facts cobot -->` and `<!-- end -->`.
//! `cargo xtask docs` writes the text between them, `cargo xtask docs --check` compares it.

mod diagram;
pub mod dialect_entry;
pub mod evidence;
pub mod fact;
pub mod includes;
pub mod links;
pub mod pages;
mod parts;
pub mod portrait;
pub mod provider_facts;
mod providers;
mod recorded_flow;
pub mod scope_constant;

use std::path::{Path, PathBuf};

pub use providers::all;

/// The folder of the book's pages, relative to the repository.
pub const PAGES: &str = "docs/book/src";

/// The command that updates every generated part.
pub const UPDATE_COMMAND: &str = "cargo xtask docs";

/// The repository of this crate.
///
/// # Panics
/// Never: the crate's folder is two levels below the repository.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("crates/oauth-docs is in a repository")
        .to_owned()
}

/// The folders of the repository and of the book.
#[derive(Clone, Debug)]
pub struct BookPaths {
    /// The repository with the documented crates.
    pub repository: PathBuf,
    /// The book's pages.
    pub pages: PathBuf,
}

impl Default for BookPaths {
    /// This repository and its book.
    fn default() -> Self {
        let repository = repository();
        Self { pages: repository.join(PAGES), repository }
    }
}
