//! A temporary copy of the workspace for scaffolding sample providers.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::answers::{Answers, PartialAnswers};

/// Sample providers: `acme` differs from RFC 6749 in every answer, `plainest` in none.
pub const SAMPLE_PROVIDERS: [(&str, &str); 2] = [
    ("acme", include_str!("../../templates/acme.answers")),
    ("plainest", include_str!("../../templates/plainest.answers")),
];

/// Updates the copy with the workspace's files. Unchanged files keep their dates, so cargo rebuilds only what
/// changed.
///
/// # Errors
/// If a file cannot be read or written.
pub fn copy(root: &Path, folder: &Path) -> Result<()> {
    let files: BTreeSet<String> = crate::tidy::files(root)?.into_iter().collect();
    for file in &files {
        let (from, to) = (root.join(file), folder.join(file));
        let text = fs::read(&from).with_context(|| format!("cannot read {}", from.display()))?;
        if fs::read(&to).is_ok_and(|there| there == text) {
            continue;
        }
        let parent = to.parent().context("the path has no parent")?;
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        fs::write(&to, text).with_context(|| format!("cannot write {}", to.display()))?;
    }
    remove_others(folder, folder, &files)
}

fn remove_others(root: &Path, folder: &Path, files: &BTreeSet<String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() && !path.is_symlink() {
            remove_others(root, &path, files)?;
            // Fails unless the folder is empty.
            let _ = fs::remove_dir(&path);
        } else {
            let name = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            if !files.contains(&name) {
                fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
            }
        }
    }
    Ok(())
}

/// Scaffolds the sample providers in the copy. Returns their folders.
///
/// # Errors
/// If answers are missing, or a file cannot be written.
pub fn scaffold(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut crates = Vec::new();
    for (name, text) in SAMPLE_PROVIDERS {
        let mut given = PartialAnswers::default();
        given.read_file(text).with_context(|| format!("answers for {name}"))?;
        let answers = Answers::from(name, &given).with_context(|| format!("answers for {name}"))?;
        crates.push(super::write(folder, &answers)?);
    }
    Ok(crates)
}

/// Adds the Rust code of a provider's page to its crate as doc tests.
///
/// # Errors
/// If a file cannot be read or written.
pub fn test_pages(folder: &Path, name: &str) -> Result<()> {
    let path = folder.join("crates").join(name).join("src/lib.rs");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let page = format!("../../../docs/book/src/providers/{name}.md");
    let added = format!(
        "{text}\n/// The book's page.\n#[cfg(doctest)]\n#[doc = include_str!(\"{page}\")]\n#[derive(Debug)]\npub struct \
         Page;\n"
    );
    fs::write(&path, added).with_context(|| format!("cannot write {}", path.display()))
}

/// Replaces text in a file.
///
/// # Errors
/// If the file cannot be read or written, or does not contain `from`.
pub fn replace_text(folder: &Path, file: &str, from: &str, to: &str) -> Result<()> {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    anyhow::ensure!(text.contains(from), "{file} does not contain {from:?}");
    fs::write(&path, text.replace(from, to)).with_context(|| format!("cannot write {}", path.display()))
}
