//! The generated parts of the book: written from what the crates declare and do, and compared with what the pages hold.
//!
//! A page names a part between two comments, `<!-- generated: facts cobot -->` and `<!-- end -->`; what stands between them
//! is this crate's to write. `cargo xtask docs` writes, `cargo xtask docs --check` compares.

mod diagram;
pub mod evidence;
pub mod includes;
pub mod links;
mod observe;
pub mod pages;
mod parts;
pub mod portrait;
mod providers;

use std::path::{Path, PathBuf};

pub use providers::all;

/// The folder of the book's pages, in the repository.
pub const PAGES: &str = "docs/book/src";

/// The command that brings every generated part up to date.
pub const MEND: &str = "cargo xtask docs";

/// The repository that this crate lies in.
///
/// # Panics
/// Never: the crate lies two folders deep.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("crates/oauth-docs lies in a repository")
        .to_owned()
}

/// Where things are.
#[derive(Clone, Debug)]
pub struct Places {
    /// The repository, whose crates are documented.
    pub repository: PathBuf,
    /// The book's pages.
    pub pages: PathBuf,
}

impl Default for Places {
    /// This repository, and its own book.
    fn default() -> Self {
        let repository = repository();
        Self { pages: repository.join(PAGES), repository }
    }
}
