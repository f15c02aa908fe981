//! The results that the page shows: a file in the repository, of which each benchmark replaces its own part.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::report::Measured;

/// By the names of the benchmarks.
pub type Results = BTreeMap<String, Measured>;

/// Where they are.
pub fn file(root: &Path) -> PathBuf {
    root.join("docs/book/src/performance/results.json")
}

/// What is there; nothing yet if there is no file.
pub fn read(root: &Path) -> Result<Results> {
    let file = file(root);
    match fs::read_to_string(&file) {
        Ok(text) => serde_json::from_str(&text)
            .with_context(|| format!("{} cannot be read; remove it, and measure anew", file.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Results::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}

/// Replaces what is there.
pub fn write(root: &Path, results: &Results) -> Result<()> {
    let file = file(root);
    fs::create_dir_all(file.parent().expect("the file lies in a folder"))?;
    let text = serde_json::to_string_pretty(results)? + "\n";
    fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
}
