//! The results file in the repository. Each benchmark replaces only its own results.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::report::Measured;

/// Results by benchmark name.
pub type Results = BTreeMap<String, Measured>;

/// Path of the results file.
pub fn file(root: &Path) -> PathBuf {
    root.join("docs/book/src/performance/results.json")
}

/// Reads the results; empty if there is no file.
pub fn read(root: &Path) -> Result<Results> {
    let file = file(root);
    match fs::read_to_string(&file) {
        Ok(text) => serde_json::from_str(&text).with_context(|| {
            format!("cannot parse {}\nhelp: remove it and run the benchmarks again", file.display())
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Results::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}

/// Replaces the results.
pub fn write(root: &Path, results: &Results) -> Result<()> {
    let file = file(root);
    fs::create_dir_all(file.parent().expect("the path has a parent"))?;
    let text = serde_json::to_string_pretty(results)? + "\n";
    fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
}
