//! Generates tables of the book from the crates, and checks its pages, facts and links.
//!
//! A page marks a generated part with two comments, `<!-- generated: facts cobot -->` and `<!-- end -->`.
//! `cargo xtask docs` writes the text between them, `cargo xtask docs --check` compares it.

mod dialect;
pub mod evidence;
pub mod links;
pub mod pages;
mod parts;
pub mod portrait;
pub mod provider_facts;
mod providers;

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::portrait::Portrait;
use crate::provider_facts::ProviderFacts;

/// The folder of the book's pages, relative to the repository.
pub const PAGES: &str = "docs/book/src";

/// The sources of the book.
#[derive(Clone, Debug)]
pub struct Book {
    /// The repository with the documented crates.
    pub repository: PathBuf,
    /// The folder of the pages.
    pub pages: PathBuf,
    /// The facts file.
    pub facts: ProviderFacts,
    /// The declarations of all providers.
    pub portraits: Vec<Portrait>,
}

impl Book {
    /// Reads this repository.
    ///
    /// # Errors
    /// If a source cannot be read.
    pub fn read() -> Result<Self> {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
        let facts = ProviderFacts::read(&repository)?;
        let portraits = providers::all(&repository)?;
        Ok(Self { pages: repository.join(PAGES), repository, facts, portraits })
    }
}
