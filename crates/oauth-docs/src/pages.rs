//! The pages: what stands between the comments is replaced, or compared.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::parts::Material;
use crate::portrait::Portrait;
use crate::{MEND, PAGES, Places};

const BEGIN: &str = "<!-- generated: ";
const BEGIN_END: &str = " -->";
const END: &str = "<!-- end -->";

/// The folders of pages that each provider has one of, and the headings of these pages.
const OF_EACH: [(&str, &[&str]); 2] = [("providers", HEADINGS), ("production", PRODUCTION)];

/// The headings that the page of a provider has, in this order, and no others of their level.
pub const HEADINGS: &[&str] = &[
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

/// The same for the pages about going from the sandbox to production.
pub const PRODUCTION: &[&str] =
    &["What to register", "What changes", "Keeping connections", "What to watch", "Limits", "Checklist"];

/// Writes every generated part, and says which files changed.
///
/// # Errors
/// If a page names a part that there is not, a part is on no page, or a file cannot be read or written.
pub fn write(places: &Places, portraits: &[Portrait]) -> Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for file in renewed(places, portraits)? {
        if file.before.as_deref() != Some(file.after.as_str()) {
            let path = places.pages.join(&file.path);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&path, &file.after).with_context(|| format!("cannot write {}", path.display()))?;
            written.push(Path::new(PAGES).join(file.path));
        }
    }
    Ok(written)
}

/// Every generated part that is not what it would be written as now, with its first line that differs.
///
/// # Errors
/// As [`write()`].
pub fn stale(places: &Places, portraits: &[Portrait]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for file in renewed(places, portraits)? {
        let before = file.before.unwrap_or_default();
        if before == file.after {
            continue;
        }
        let (old, new) = (before.lines(), file.after.lines());
        let longer = old.clone().count().max(new.clone().count());
        let none = std::iter::repeat("");
        let differing = old
            .chain(none.clone())
            .zip(new.chain(none))
            .take(longer)
            .enumerate()
            .find(|(_, (old, new))| old != new);
        let shown = differing.map_or_else(String::new, |(line, (old, new))| {
            format!("\n  line {}:\n  - {}\n  + {}", line + 1, shortened(old), shortened(new))
        });
        found
            .push(format!("{} is not what the declarations say{shown}\n  mend: {MEND}", file.path.display()));
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
    /// Below the pages' folder.
    path: PathBuf,
    before: Option<String>,
    after: String,
}

fn renewed(places: &Places, portraits: &[Portrait]) -> Result<Vec<File>> {
    let material = Material { root: &places.repository, portraits };
    let mut files = Vec::new();
    let mut used = BTreeSet::new();
    for path in markdown(&places.pages)? {
        let before = fs::read_to_string(&path)?;
        let shown = path.strip_prefix(&places.pages).unwrap_or(&path).to_owned();
        let after = renew(&before, &mut |name| {
            used.insert(name.to_owned());
            material.part(name)
        })
        .with_context(|| format!("in {}", shown.display()))?;
        files.push(File { path: shown, before: Some(before), after });
    }
    let unused: Vec<String> = material.required().into_iter().filter(|name| !used.contains(name)).collect();
    if !unused.is_empty() {
        bail!(
            "no page below {PAGES} shows these parts: {}\n  mend: put `{BEGIN}{}{BEGIN_END}` and `{END}` where it belongs",
            unused.join(", "),
            unused[0]
        );
    }
    for (name, after) in material.files() {
        let before = fs::read_to_string(places.pages.join(&name)).ok();
        files.push(File { path: name.into(), before, after });
    }
    Ok(files)
}

/// The text with what stands between the comments made anew.
fn renew(text: &str, part: &mut dyn FnMut(&str) -> Result<String>) -> Result<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        let (name, after) =
            after.split_once(BEGIN_END).context("a generated part's first comment has no end")?;
        let Some((_, behind)) = after.split_once(END) else {
            bail!("the generated part `{name}` has no `{END}`");
        };
        let made = part(name)?;
        out += before;
        out += &format!("{BEGIN}{name}{BEGIN_END}\n\n{}\n\n{END}", made.trim_end());
        rest = behind;
    }
    Ok(out + rest)
}

/// All pages below a folder, in order.
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

/// What is wrong with the headings of providers' pages: each provider has its pages, and they have the same headings.
///
/// # Errors
/// If a page cannot be read.
pub fn headings(places: &Places, portraits: &[Portrait]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for (of, wanted) in OF_EACH {
        let folder = places.pages.join(of);
        for portrait in portraits.iter().filter(|portrait| portrait.flow.is_some()) {
            let name = portrait.name;
            if !folder.join(format!("{name}.md")).is_file() {
                found.push(format!(
                    "{name} has no page in {PAGES}/{of}\n  mend: write {PAGES}/{of}/{name}.md with the headings {wanted:?}"
                ));
            }
        }
        for path in markdown(&folder)? {
            let text = fs::read_to_string(&path)?;
            let there = second_level(&text);
            if there != wanted {
                found.push(format!(
                    "{PAGES}/{} has other headings than such pages have\n  there: {there:?}\n  mend: make them {wanted:?}",
                    path.strip_prefix(&places.pages).unwrap_or(&path).display()
                ));
            }
        }
    }
    Ok(found)
}

/// The headings of the second level, those in code left out.
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
    fn what_stands_between_the_comments_is_made_anew() {
        let text = "a\n<!-- generated: x y -->\nold\n<!-- end -->\nb\n";
        let new = renew(text, &mut |name| Ok(format!("new {name}\n"))).unwrap();
        assert_eq!(new, "a\n<!-- generated: x y -->\n\nnew x y\n\n<!-- end -->\nb\n");
        assert_eq!(renew(&new, &mut |name| Ok(format!("new {name}\n"))).unwrap(), new);
    }

    #[test]
    fn a_part_without_an_end_is_an_error() {
        let error = renew("<!-- generated: x -->\nold\n", &mut |_| Ok(String::new())).unwrap_err();
        assert!(error.to_string().contains("`x` has no `<!-- end -->`"), "{error}");
    }

    #[test]
    fn headings_in_code_are_none() {
        assert_eq!(second_level("# A\n## B\n```sh\n## no\n```\n### C\n## D\n"), ["B", "D"]);
    }
}
