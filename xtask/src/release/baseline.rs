//! What a crate is compared with: its newest tag, else a revision that `release.toml` names, else nothing.

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::semver::Version;
use toml_edit::{DocumentMut, Item, Table, value};

use super::git::Git;

/// Names a revision per crate, for clones that came without tags. `cargo xtask release publish --execute` writes it.
pub const FILE: &str = "release.toml";

/// The last release of a crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Baseline {
    /// It has a tag.
    Tag {
        /// The newest of its tags.
        tag: String,
        /// The version that the tag names.
        version: Version,
    },
    /// No tag, but `release.toml` names a revision.
    Revision {
        /// The commit.
        revision: String,
        /// The version that its manifest had there.
        version: Version,
    },
    /// It was never released.
    First,
}

impl Baseline {
    /// The baseline of a crate in this folder (relative to the root).
    ///
    /// # Errors
    /// When git does not know the revision, or a manifest there cannot be read.
    pub fn of(root: &Path, name: &str, folder: &str) -> Result<Self> {
        let git = Git::at(root);
        let prefix = tag_prefix(name);
        let newest = git
            .tags(&prefix)?
            .into_iter()
            .filter_map(|tag| Some((tag.strip_prefix(&prefix)?.parse::<Version>().ok()?, tag)))
            .max();
        if let Some((version, tag)) = newest {
            return Ok(Self::Tag { tag, version });
        }
        let Some(revision) = recorded(root, name)? else { return Ok(Self::First) };
        let version = version_at(&git, &revision, folder)
            .with_context(|| format!("the baseline of `{name}` in {FILE} is {revision}"))?;
        Ok(Self::Revision { revision, version })
    }

    /// What git calls it.
    #[must_use]
    pub fn revision(&self) -> Option<&str> {
        match self {
            Self::Tag { tag, .. } => Some(tag),
            Self::Revision { revision, .. } => Some(revision),
            Self::First => None,
        }
    }

    /// The version it was.
    #[must_use]
    pub fn version(&self) -> Option<&Version> {
        match self {
            Self::Tag { version, .. } | Self::Revision { version, .. } => Some(version),
            Self::First => None,
        }
    }
}

impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag { tag, .. } => write!(f, "since tag {tag}"),
            Self::Revision { revision, version } => {
                write!(f, "since {version} at {:.12} ({FILE}; no tag here)", revision)
            }
            Self::First => write!(f, "first release (no tag, nothing in {FILE})"),
        }
    }
}

/// The tag of a release.
#[must_use]
pub fn tag(name: &str, version: &Version) -> String {
    format!("{}{version}", tag_prefix(name))
}

fn tag_prefix(name: &str) -> String {
    format!("{name}-v")
}

fn document(root: &Path) -> Result<DocumentMut> {
    let path = root.join(FILE);
    if !path.exists() {
        return Ok(DocumentMut::new());
    }
    std::fs::read_to_string(&path)?.parse().with_context(|| format!("{FILE} is no TOML"))
}

fn recorded(root: &Path, name: &str) -> Result<Option<String>> {
    let document = document(root)?;
    let Some(found) = document.get("baseline").and_then(|table| table.get(name)) else { return Ok(None) };
    let revision = found.as_str().with_context(|| format!("{FILE}: baseline.{name} must be a revision"))?;
    Ok(Some(revision.to_owned()))
}

/// Writes down the revision that a crate was released from.
///
/// # Errors
/// When the file cannot be read or written.
pub fn record(root: &Path, name: &str, revision: &str) -> Result<()> {
    let mut document = document(root)?;
    if document.is_empty() {
        document.decor_mut().set_prefix(
            "# The revision that each crate was last released from, for clones that came without tags.\n\
             # Written by `cargo xtask release publish --execute`; commit it.\n\n",
        );
    }
    let table = document.entry("baseline").or_insert(Item::Table(Table::new()));
    let table = table.as_table_mut().with_context(|| format!("{FILE}: baseline must be a table"))?;
    table.insert(name, value(revision));
    std::fs::write(root.join(FILE), document.to_string()).with_context(|| format!("cannot write {FILE}"))
}

fn version_at(git: &Git, revision: &str, folder: &str) -> Result<Version> {
    let read = |path: &str| -> Result<DocumentMut> {
        let text = git.show(revision, path)?.with_context(|| format!("there was no {path} at {revision}"))?;
        text.parse().with_context(|| format!("{path} at {revision} is no TOML"))
    };
    let own = read(&format!("{folder}/Cargo.toml"))?;
    let own = own["package"].get("version").cloned();
    let version = match own.as_ref().and_then(Item::as_str) {
        Some(version) => version.to_owned(),
        // As long as versions were inherited.
        None => {
            let root = read("Cargo.toml")?;
            let inherited =
                root.get("workspace").and_then(|one| one.get("package")?.get("version")?.as_str());
            inherited.with_context(|| format!("{folder} had no version at {revision}"))?.to_owned()
        }
    };
    Ok(version.parse()?)
}
