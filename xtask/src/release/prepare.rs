//! Writes a plan down: versions, the requirements between crates, changelogs.

use std::path::Path;

use anyhow::{Context, Result};
use toml_edit::{DocumentMut, value};

use super::changelog;
use super::level::Level;
use super::plan::{Plan, Planned};

/// A file as it will be.
#[derive(Debug, PartialEq, Eq)]
pub struct Edit {
    /// Its path under the root.
    pub path: String,
    /// Its whole text.
    pub text: String,
}

/// Every file that must change for this plan. Nothing is written yet, so that a mistake in one leaves all as they were.
///
/// # Errors
/// When a manifest or changelog is not as it should be.
pub fn edits(root: &Path, plan: &Plan, date: &str) -> Result<Vec<Edit>> {
    let mut edits = Vec::new();
    let mut workspace = read(root, "Cargo.toml")?.parse::<DocumentMut>().context("Cargo.toml")?;
    for one in plan.crates.iter().filter(|one| one.releases()) {
        let path = format!("{}/Cargo.toml", one.folder);
        let mut manifest = read(root, &path)?.parse::<DocumentMut>().with_context(|| path.clone())?;
        let version = one.next.to_string();
        set(&mut manifest["package"]["version"], &version).with_context(|| format!("{path}: version"))?;
        edits.push(Edit { path, text: manifest.to_string() });

        let required = workspace
            .get_mut("workspace")
            .and_then(|item| item.get_mut("dependencies")?.get_mut(&one.name)?.get_mut("version"))
            .filter(|item| !item.is_none());
        if let Some(required) = required {
            set(required, &version).with_context(|| format!("Cargo.toml: {}", one.name))?;
        }

        let path = format!("{}/CHANGELOG.md", one.folder);
        let text = read(root, &path)?;
        if let Some(text) = released(one, &text, date).with_context(|| path.clone())? {
            edits.push(Edit { path, text });
        }
    }
    edits.push(Edit { path: "Cargo.toml".to_owned(), text: workspace.to_string() });
    let mut changed = Vec::new();
    for edit in edits {
        if read(root, &edit.path)? != edit.text {
            changed.push(edit);
        }
    }
    Ok(changed)
}

/// The changelog with a section for the next version; `None` if it has one, and nothing new to put there.
fn released(one: &Planned, text: &str, date: &str) -> Result<Option<String>> {
    if changelog::has(text, &one.next) {
        anyhow::ensure!(
            one.entries.is_empty(),
            "{} has a section already, and there are entries under Unreleased: move them there by hand",
            one.next
        );
        return Ok(None);
    }
    let prepared = one.baseline.version().is_some_and(|before| *before != one.version);
    let instead = (prepared && one.version != one.next).then_some(&one.version);
    changelog::released(text, &one.next, date, instead, &otherwise(one)).map(Some)
}

/// What a release says when nobody wrote an entry.
fn otherwise(one: &Planned) -> String {
    if one.needed == Level::Major {
        let why: Vec<&str> =
            one.because.iter().map(String::as_str).filter(|why| why.starts_with('`')).collect();
        if !why.is_empty() {
            return format!("### Changed\n\n- {}, and its types are part of this crate.", why.join("; "));
        }
    }
    "Nothing that users would notice.".to_owned()
}

/// Replaces a text and keeps what stands around it.
fn set(item: &mut toml_edit::Item, text: &str) -> Result<()> {
    let old = item.as_value().filter(|old| old.is_str()).context("must be given here, as a text")?;
    let decor = old.decor().clone();
    *item = value(text);
    if let Some(new) = item.as_value_mut() {
        *new.decor_mut() = decor;
    }
    Ok(())
}

fn read(root: &Path, path: &str) -> Result<String> {
    std::fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {path}"))
}
