//! Writes the generated parts into the pages, or compares them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{Book, PAGES, parts};

const BEGIN: &str = "<!-- generated: ";
const END: &str = "<!-- end -->";

/// A page, and the same page with its parts generated anew.
struct Page {
    /// Relative to the pages' folder.
    path: PathBuf,
    before: String,
    after: String,
}

/// Writes every generated part and returns the changed files.
///
/// # Errors
/// If a page names an unknown part, a part is on no page, or a file cannot be read or written.
pub fn write(book: &Book) -> Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for page in regenerated(book)? {
        if page.before != page.after {
            fs::write(book.pages.join(&page.path), &page.after)?;
            written.push(Path::new(PAGES).join(page.path));
        }
    }
    Ok(written)
}

/// Finds pages with outdated generated parts, with the first line that differs.
///
/// # Errors
/// As [`write()`].
pub fn stale(book: &Book) -> Result<Vec<String>> {
    let describe = |Page { path, before, after }: &Page| {
        let path = path.display();
        let differing = before.lines().zip(after.lines()).find(|(old, new)| old != new);
        let (old, new) = differing.unwrap_or(("", "the number of lines differs"));
        (before != after).then(|| {
            format!("{path} is out of date:\n  - {old:.300}\n  + {new:.300}\n  help: cargo xtask docs")
        })
    };
    Ok(regenerated(book)?.iter().filter_map(describe).collect())
}

fn regenerated(book: &Book) -> Result<Vec<Page>> {
    let mut pages = Vec::new();
    let mut used = BTreeSet::new();
    for path in markdown(&book.pages)? {
        let before = fs::read_to_string(&path)?;
        let path = path.strip_prefix(&book.pages)?.to_owned();
        let after = regenerate(&before, &mut |name| {
            used.insert(name.to_owned());
            parts::part(book, name)
        });
        let after = after.with_context(|| format!("in {}", path.display()))?;
        pages.push(Page { path, before, after });
    }
    let required = parts::required(&book.portraits);
    if let Some(missing) = required.iter().find(|name| !used.contains(*name)) {
        anyhow::bail!(
            "no page in {PAGES} has the part {missing}\n  help: add `{BEGIN}{missing} -->` and `{END}` to a page"
        );
    }
    Ok(pages)
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

/// Checks that each provider has its pages, with the same headings as the first provider's.
///
/// # Errors
/// If there is no provider.
pub fn headings(book: &Book) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for folder in ["providers", "production"] {
        let headings = |name: &str| {
            let text =
                fs::read_to_string(book.pages.join(folder).join(format!("{name}.md"))).unwrap_or_default();
            text.lines().filter(|line| line.starts_with("## ")).map(str::to_owned).collect::<Vec<_>>()
        };
        let names: Vec<&str> = book.portraits.iter().filter(|one| one.has_flow).map(|one| one.name).collect();
        ensure!(!names.is_empty(), "there is no provider");
        let expected = headings(names[0]);
        for name in names {
            let actual = headings(name);
            if actual != expected || actual.is_empty() {
                found.push(format!(
                    "{folder}/{name}.md is missing or has the wrong headings: {actual:?}\n  help: write {PAGES}/{folder}/{name}.md \
                     with the headings {expected:?}"
                ));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regenerate_replaces_text_between_comments() {
        let mut part = |name: &str| Ok(format!("new {name}\n"));
        let text = "a\n<!-- generated: x y -->\nold\n<!-- end -->\nb\n";
        let new = regenerate(text, &mut part).unwrap();
        assert_eq!(new, "a\n<!-- generated: x y -->\n\nnew x y\n\n<!-- end -->\nb\n");
        assert_eq!(regenerate(&new, &mut part).unwrap(), new);
        let error = regenerate("<!-- generated: x -->\nold\n", &mut part).unwrap_err();
        assert!(error.to_string().contains("`x` has no `<!-- end -->`"), "{error}");
    }
}
