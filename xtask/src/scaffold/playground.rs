//! A copy of the workspace, to scaffold providers in that nobody wants to keep.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::answers::{Answers, Given};

/// Two providers that there are not. `acme` differs from RFC 6749 in everything that can be asked, `plainest` in nothing.
pub const INVENTED: [(&str, &str); 2] = [
    ("acme", include_str!("../../templates/acme.answers")),
    ("plainest", include_str!("../../templates/plainest.answers")),
];

/// Brings the folder up to date with the workspace's own files, without touching what is the same: cargo then builds
/// what changed and nothing else.
///
/// # Errors
/// When a file cannot be read or written.
pub fn copy(root: &Path, folder: &Path) -> Result<()> {
    let files: BTreeSet<String> = crate::tidy::files(root)?.into_iter().collect();
    for file in &files {
        let (from, to) = (root.join(file), folder.join(file));
        let text = fs::read(&from).with_context(|| format!("cannot read {}", from.display()))?;
        if fs::read(&to).is_ok_and(|there| there == text) {
            continue;
        }
        let parent = to.parent().context("a file lies in a folder")?;
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
            // Only an empty one goes.
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

/// Scaffolds the invented providers there. Gives their folders.
///
/// # Errors
/// When their answers are not complete, or something cannot be written.
pub fn scaffold(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut crates = Vec::new();
    for (name, text) in INVENTED {
        let mut given = Given::default();
        given.take_file(text).with_context(|| format!("the answers about {name}"))?;
        let answers = Answers::from(name, &given).with_context(|| format!("the answers about {name}"))?;
        crates.push(super::write(folder, &answers)?);
    }
    Ok(crates)
}

/// Makes the Rust of a provider's page a doc test of its crate.
///
/// # Errors
/// When a file cannot be read or written.
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

/// Plants something else in a file.
///
/// # Errors
/// When the file cannot be read or written, or does not hold what is to be replaced.
pub fn change(folder: &Path, file: &str, from: &str, to: &str) -> Result<()> {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    anyhow::ensure!(text.contains(from), "{file} does not hold {from:?}");
    fs::write(&path, text.replace(from, to)).with_context(|| format!("cannot write {}", path.display()))
}
