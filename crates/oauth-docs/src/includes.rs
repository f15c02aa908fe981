//! Checks the includes of the book's pages (`{{#include path:anchor}}`). mdBook reports no error for a broken
//! include.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::pages::markdown;
use crate::{BookPaths, PAGES};

const BEGIN: &str = "{{#include ";

/// An include of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Include<'a> {
    path: &'a str,
    /// Empty for the whole file.
    anchor: &'a str,
}

/// Finds includes that show nothing.
///
/// # Errors
/// If a page cannot be read.
pub fn broken(paths: &BookPaths) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for page in markdown(&paths.pages)? {
        let text = fs::read_to_string(&page).with_context(|| format!("cannot read {}", page.display()))?;
        let shown = Path::new(PAGES).join(page.strip_prefix(&paths.pages).unwrap_or(&page));
        // The page's folder in the repository, even if the pages are a copy.
        let folder = paths.repository.join(shown.parent().unwrap_or(Path::new("")));
        for include in includes(&text) {
            if let Some(error) = error_of(&folder, include) {
                let Include { path, anchor } = include;
                let name = if anchor.is_empty() { path.to_owned() } else { format!("{path}:{anchor}") };
                found.push(format!(
                    "{} includes {name}, but {error}\n  help: correct the path, or add `ANCHOR: …` and `ANCHOR_END: …` around \
                     the text",
                    shown.display()
                ));
            }
        }
    }
    Ok(found)
}

fn includes(text: &str) -> impl Iterator<Item = Include<'_>> {
    text.split(BEGIN).skip(1).filter_map(|rest| {
        let (target, _) = rest.split_once("}}")?;
        let (path, anchor) = target.trim().split_once(':').unwrap_or((target.trim(), ""));
        Some(Include { path, anchor })
    })
}

fn error_of(folder: &Path, include: Include<'_>) -> Option<&'static str> {
    let file: PathBuf = folder.join(include.path);
    let Ok(text) = fs::read_to_string(&file) else {
        return Some("there is no such file");
    };
    if include.anchor.is_empty() {
        return None;
    }
    let mut inside = false;
    let mut lines = 0;
    for line in text.lines() {
        if marks(line, "ANCHOR:", include.anchor) {
            inside = true;
        } else if marks(line, "ANCHOR_END:", include.anchor) {
            return (lines == 0).then_some("its text is empty");
        } else if inside && !line.trim().is_empty() {
            lines += 1;
        }
    }
    Some(if inside { "the anchor has no end" } else { "the file has no such anchor" })
}

fn marks(line: &str, word: &str, anchor: &str) -> bool {
    line.split_once(word).is_some_and(|(_, name)| name.trim() == anchor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn includes_parse_path_and_anchor() {
        let text = "a\n{{#include ../x.rs:who}}\nb {{#include y.md}}\n";
        let found: Vec<_> = includes(text).map(|one| (one.path, one.anchor)).collect();
        assert_eq!(found, [("../x.rs", "who"), ("y.md", "")]);
    }

    #[test]
    fn anchor_matches_whole_name() {
        assert!(marks("// ANCHOR: who", "ANCHOR:", "who"));
        assert!(!marks("// ANCHOR: whose", "ANCHOR:", "who"));
        assert!(!marks("// ANCHOR_END: who", "ANCHOR:", "who"));
    }
}
