//! The baseline that a crate is compared with: its newest tag, else the revision in `release.toml`, else
//! none.

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::semver::Version;
use toml_edit::{DocumentMut, Item, Table, value};

use super::git::Git;

/// Lists a revision per crate for clones without tags. Written by `cargo xtask release publish --execute`.
pub const FILE: &str = "release.toml";

/// The last release of a crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Baseline {
    /// Found by tag.
    Tag {
        /// The newest of the crate's tags.
        tag: String,
        /// The version in the tag.
        version: Version,
    },
    /// No tag, but a revision in `release.toml`.
    Revision {
        /// The commit.
        revision: String,
        /// The version in its manifest at that commit.
        version: Version,
    },
    /// Never released.
    First,
}

impl Baseline {
    /// Finds the baseline of a crate. `folder` is relative to the root.
    ///
    /// # Errors
    /// If git does not know the revision, or a manifest at it cannot be read.
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

    /// The git revision to compare with.
    #[must_use]
    pub fn revision(&self) -> Option<&str> {
        match self {
            Self::Tag { tag, .. } => Some(tag),
            Self::Revision { revision, .. } => Some(revision),
            Self::First => None,
        }
    }

    /// The version of the last release.
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

/// The name of a release's tag.
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
    std::fs::read_to_string(&path)?.parse().with_context(|| format!("{FILE} is not valid TOML"))
}

fn recorded(root: &Path, name: &str) -> Result<Option<String>> {
    let document = document(root)?;
    let Some(found) = document.get("baseline").and_then(|table| table.get(name)) else { return Ok(None) };
    let revision = found.as_str().with_context(|| format!("{FILE}: baseline.{name} must be a revision"))?;
    Ok(Some(revision.to_owned()))
}

/// Records the revision that a crate was released from.
///
/// # Errors
/// If the file cannot be read or written.
pub fn record(root: &Path, name: &str, revision: &str) -> Result<()> {
    let mut document = document(root)?;
    if document.is_empty() {
        document.decor_mut().set_prefix(
            "# Revision of each crate's last release, for clones without tags.\n\
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
        let text =
            git.show(revision, path)?.with_context(|| format!("{path} does not exist at {revision}"))?;
        text.parse().with_context(|| format!("{path} at {revision} is not valid TOML"))
    };
    let manifest = read(&format!("{folder}/Cargo.toml"))?;
    let manifest = manifest["package"].get("version").cloned();
    let version = match manifest.as_ref().and_then(Item::as_str) {
        Some(version) => version.to_owned(),
        // Older revisions inherit the version from the workspace.
        None => {
            let root = read("Cargo.toml")?;
            let inherited_settings =
                root.get("workspace").and_then(|one| one.get("package")?.get("version")?.as_str());
            inherited_settings.with_context(|| format!("{folder} has no version at {revision}"))?.to_owned()
        }
    };
    Ok(version.parse()?)
}
