//! Writes the generated parts into the pages, or compares them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{Book, PAGES, parts};

const BEGIN: &str = "<!-- generated: ";
const END: &str = "<!-- end -->";

/// Generates the parts of every page. Writes the changed pages, or returns each with its first difference.
pub(crate) fn update(book: &Book, write: bool) -> Result<Vec<String>> {
    let (mut stale, mut used) = (Vec::new(), BTreeSet::new());
    for path in markdown(&book.pages)? {
        let before = fs::read_to_string(&path)?;
        let page = path.strip_prefix(&book.pages)?.display();
        let after = regenerate(&before, &mut |name| {
            used.insert(name.to_owned());
            parts::part(book, name)
        });
        let after = after.with_context(|| format!("in {page}"))?;
        if before == after {
            continue;
        }
        if write {
            fs::write(&path, &after)?;
            println!("written: {page}");
        } else {
            let differing = before.lines().zip(after.lines()).find(|(old, new)| old != new);
            let (old, new) = differing.unwrap_or(("", "the number of lines differs"));
            stale.push(format!(
                "{page} is out of date:\n  - {old:.300}\n  + {new:.300}\n  help: cargo xtask docs"
            ));
        }
    }
    for name in parts::required(&book.portraits) {
        ensure!(
            used.contains(&name),
            "no page in {PAGES} has the part {name}\n  help: add `{BEGIN}{name} -->` and `{END}` to a page"
        );
    }
    Ok(stale)
}

/// Replaces the text between the comments.
fn regenerate(text: &str, part: &mut dyn FnMut(&str) -> Result<String>) -> Result<String> {
    let mut pieces = text.split(BEGIN);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once(" -->").context("a generated part has no `-->`")?;
        let end = rest.split_once(END);
        let (_, rest) = end.with_context(|| format!("the generated part `{name}` has no `{END}`"))?;
        out += &format!("{BEGIN}{name} -->\n\n{}\n\n{END}{rest}", part(name)?.trim_end());
    }
    Ok(out)
}

/// All Markdown files in a folder and its subfolders, sorted.
pub(crate) fn markdown(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules" {
            found.extend(markdown(&path)?);
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
