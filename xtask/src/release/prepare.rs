//! Applies a plan: writes versions, requirements between crates and changelogs.

use std::path::Path;

use anyhow::{Context, Result};
use toml_edit::{DocumentMut, value};

use super::changelog;
use super::level::Level;
use super::plan::{CratePlan, Plan};

/// The new content of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Edit {
    /// Path relative to the root.
    pub path: String,
    /// Complete text.
    pub text: String,
}

/// Computes all edits of a plan without writing any, so that an error leaves every file unchanged.
///
/// # Errors
/// If a manifest or changelog is malformed.
pub fn edits(root: &Path, plan: &Plan, date: &str) -> Result<Vec<Edit>> {
    let mut edits = Vec::new();
    let mut workspace = read(root, "Cargo.toml")?.parse::<DocumentMut>().context("Cargo.toml")?;
    for krate in plan.crates.iter().filter(|krate| krate.releases()) {
        let path = format!("{}/Cargo.toml", krate.folder);
        let mut manifest = read(root, &path)?.parse::<DocumentMut>().with_context(|| path.clone())?;
        let version = krate.next.to_string();
        set(&mut manifest["package"]["version"], &version).with_context(|| format!("{path}: version"))?;
        edits.push(Edit { path, text: manifest.to_string() });

        let required = workspace
            .get_mut("workspace")
            .and_then(|item| item.get_mut("dependencies")?.get_mut(&krate.name)?.get_mut("version"))
            .filter(|item| !item.is_none());
        if let Some(required) = required {
            set(required, &version).with_context(|| format!("Cargo.toml: {}", krate.name))?;
        }

        let path = format!("{}/CHANGELOG.md", krate.folder);
        let text = read(root, &path)?;
        if let Some(text) = released(krate, &text, date).with_context(|| path.clone())? {
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

/// The changelog with a section for the next version; `None` if it already has one and no new entries.
fn released(krate: &CratePlan, text: &str, date: &str) -> Result<Option<String>> {
    if changelog::has(text, &krate.next) {
        anyhow::ensure!(
            krate.entries.is_empty(),
            "the changelog already has a section for {}; move the entries under Unreleased into it by hand",
            krate.next
        );
        return Ok(None);
    }
    let prepared = krate.baseline.version().is_some_and(|before| *before != krate.version);
    let instead = (prepared && krate.version != krate.next).then_some(&krate.version);
    changelog::released(text, &krate.next, date, instead, &default_entry(krate)).map(Some)
}

/// Changelog text for a release without entries.
fn default_entry(krate: &CratePlan) -> String {
    if krate.needed == Level::Major {
        let why: Vec<&str> =
            krate.reasons.iter().map(String::as_str).filter(|why| why.starts_with('`')).collect();
        if !why.is_empty() {
            return format!(
                "### Changed\n\n- {}, and its types are part of this crate's API.",
                why.join("; ")
            );
        }
    }
    "No changes visible to users.".to_owned()
}

/// Replaces a string value and keeps the whitespace and comments around it.
fn set(item: &mut toml_edit::Item, text: &str) -> Result<()> {
    let old = item.as_value().filter(|old| old.is_str()).context("must be a string in this file")?;
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
