//! Writes the generated parts into the pages, or compares them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::parts::BookParts;
use crate::portrait::Portrait;
use crate::{BookPaths, PAGES, UPDATE_COMMAND};

const BEGIN: &str = "<!-- generated: ";
const BEGIN_END: &str = " -->";
const END: &str = "<!-- end -->";

/// The folders with a page for each provider, and the headings of these pages.
const PROVIDER_PAGES: [(&str, &[&str]); 2] =
    [("providers", PROVIDER_HEADINGS), ("production", PRODUCTION_HEADINGS)];

/// The second-level headings of a provider's page, in order.
pub const PROVIDER_HEADINGS: &[&str] = &[
    "Register the app",
    "Connect",
    "Callback",
    "Tokens",
    "Call the API",
    "Quirks",
    "Limits",
    "Links",
    "Changed since",
];

/// The second-level headings of a page about production.
pub const PRODUCTION_HEADINGS: &[&str] =
    &["What to register", "What changes", "Keeping connections", "What to watch", "Limits", "Checklist"];

/// Writes every generated part and returns the changed files.
///
/// # Errors
/// If a page names an unknown part, a part is on no page, or a file cannot be read or written.
pub fn write(paths: &BookPaths, portraits: &[Portrait]) -> Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for file in regenerated(paths, portraits)? {
        if file.before.as_deref() != Some(file.after.as_str()) {
            let path = paths.pages.join(&file.path);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&path, &file.after).with_context(|| format!("cannot write {}", path.display()))?;
            written.push(Path::new(PAGES).join(file.path));
        }
    }
    Ok(written)
}

/// Finds files with outdated generated parts, with the first line that differs.
///
/// # Errors
/// As [`write()`].
pub fn stale(paths: &BookPaths, portraits: &[Portrait]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for file in regenerated(paths, portraits)? {
        let before = file.before.unwrap_or_default();
        if before == file.after {
            continue;
        }
        let (old, new) = (before.lines(), file.after.lines());
        let longer = old.clone().count().max(new.clone().count());
        let padding = std::iter::repeat("");
        let differing = old
            .chain(padding.clone())
            .zip(new.chain(padding))
            .take(longer)
            .enumerate()
            .find(|(_, (old, new))| old != new);
        let shown = differing.map_or_else(String::new, |(line, (old, new))| {
            format!("\n  line {}:\n  - {}\n  + {}", line + 1, shortened(old), shortened(new))
        });
        found.push(format!("{} is out of date{shown}\n  help: {UPDATE_COMMAND}", file.path.display()));
    }
    Ok(found)
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(300) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    }
}

struct File {
    /// Relative to the pages' folder.
    path: PathBuf,
    before: Option<String>,
    after: String,
}

fn regenerated(paths: &BookPaths, portraits: &[Portrait]) -> Result<Vec<File>> {
    let parts = BookParts { root: &paths.repository, portraits };
    let mut files = Vec::new();
    let mut used = BTreeSet::new();
    for path in markdown(&paths.pages)? {
        let before = fs::read_to_string(&path)?;
        let shown = path.strip_prefix(&paths.pages).unwrap_or(&path).to_owned();
        let after = regenerate(&before, &mut |name| {
            used.insert(name.to_owned());
            parts.part(name)
        })
        .with_context(|| format!("in {}", shown.display()))?;
        files.push(File { path: shown, before: Some(before), after });
    }
    let unused: Vec<String> = parts.required().into_iter().filter(|name| !used.contains(name)).collect();
    if !unused.is_empty() {
        bail!(
            "no page in {PAGES} contains these parts: {}\n  help: add `{BEGIN}{}{BEGIN_END}` and `{END}` to a page",
            unused.join(", "),
            unused[0]
        );
    }
    for (name, after) in parts.files() {
        let before = fs::read_to_string(paths.pages.join(&name)).ok();
        files.push(File { path: name.into(), before, after });
    }
    Ok(files)
}

/// Replaces the text between the comments.
fn regenerate(text: &str, part: &mut dyn FnMut(&str) -> Result<String>) -> Result<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        let (name, after) =
            after.split_once(BEGIN_END).context("the first comment of a generated part has no `-->`")?;
        let Some((_, after_part)) = after.split_once(END) else {
            bail!("the generated part `{name}` has no `{END}`");
        };
        let generated = part(name)?;
        out += before;
        out += &format!("{BEGIN}{name}{BEGIN_END}\n\n{}\n\n{END}", generated.trim_end());
        rest = after_part;
    }
    Ok(out + rest)
}

/// All Markdown files in a folder and its subfolders, sorted.
pub(crate) fn markdown(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(markdown(&path)?);
        } else if path.extension().is_some_and(|end| end == "md") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Checks that each provider has its pages, with the same headings.
///
/// # Errors
/// If a page cannot be read.
pub fn headings(paths: &BookPaths, portraits: &[Portrait]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for (folder_name, headings) in PROVIDER_PAGES {
        let folder = paths.pages.join(folder_name);
        for portrait in portraits.iter().filter(|portrait| portrait.flow.is_some()) {
            let name = portrait.name;
            if !folder.join(format!("{name}.md")).is_file() {
                found.push(format!(
                    "{name} has no page in {PAGES}/{folder_name}\n  help: write {PAGES}/{folder_name}/{name}.md with the headings {headings:?}"
                ));
            }
        }
        for path in markdown(&folder)? {
            let text = fs::read_to_string(&path)?;
            let found_headings = second_level(&text);
            if found_headings != headings {
                found.push(format!(
                    "{PAGES}/{} has the wrong headings: {found_headings:?}\n  help: change them to {headings:?}",
                    path.strip_prefix(&paths.pages).unwrap_or(&path).display()
                ));
            }
        }
    }
    Ok(found)
}

/// The second-level headings outside code blocks.
fn second_level(text: &str) -> Vec<&str> {
    let mut within_code = false;
    text.lines()
        .filter_map(|line| {
            if line.starts_with("```") {
                within_code = !within_code;
            }
            if within_code { None } else { line.strip_prefix("## ") }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regenerate_replaces_text_between_comments() {
        let text = "a\n<!-- generated: x y -->\nold\n<!-- end -->\nb\n";
        let new = regenerate(text, &mut |name| Ok(format!("new {name}\n"))).unwrap();
        assert_eq!(new, "a\n<!-- generated: x y -->\n\nnew x y\n\n<!-- end -->\nb\n");
        assert_eq!(regenerate(&new, &mut |name| Ok(format!("new {name}\n"))).unwrap(), new);
    }

    #[test]
    fn regenerate_rejects_part_without_end() {
        let error = regenerate("<!-- generated: x -->\nold\n", &mut |_| Ok(String::new())).unwrap_err();
        assert!(error.to_string().contains("`x` has no `<!-- end -->`"), "{error}");
    }

    #[test]
    fn second_level_skips_code_blocks() {
        assert_eq!(second_level("# A\n## B\n```sh\n## no\n```\n### C\n## D\n"), ["B", "D"]);
    }
}
