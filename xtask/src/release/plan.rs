//! Release plan: baseline, changes and required version of each crate.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use anyhow::{Context, Result};
use cargo_metadata::DependencyKind;
use cargo_metadata::semver::Version;

use super::baseline::Baseline;
use super::git::Git;
use super::level::Level;
use super::{changelog, inherited_settings, order};
use crate::workspace::Workspace;

/// All published crates, each after its dependencies.
#[derive(Debug)]
pub struct Plan {
    /// In publishing order.
    pub crates: Vec<CratePlan>,
}

/// Plan for one crate.
#[derive(Debug)]
pub struct CratePlan {
    /// Name of the crate.
    pub name: String,
    /// Its folder, relative to the root.
    pub folder: String,
    /// The version in its manifest.
    pub version: Version,
    /// Its last release.
    pub baseline: Baseline,
    /// Commits that touched it since then.
    pub commits: Vec<String>,
    /// Uncommitted files in its folder.
    pub uncommitted: Vec<String>,
    /// Minimum level given by `at_least`.
    pub at_least: Level,
    /// Required version bump.
    pub needed: Level,
    /// Reasons for the bump.
    pub reasons: Vec<String>,
    /// Version of the next release.
    pub next: Version,
    /// Changelog entries under `Unreleased`.
    pub entries: String,
    /// Published crates of this workspace that it depends on.
    pub dependencies: Vec<String>,
    /// Errors to fix before a release.
    pub problems: Vec<Problem>,
}

/// An error that prevents a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Error message.
    pub message: String,
    /// Remedy: a command or an edit.
    pub help: String,
}

impl Plan {
    /// Plans a release from the workspace and its history, without building. A changed crate needs a patch;
    /// `at_least` raises that, for example after cargo-semver-checks found a breaking change.
    ///
    /// # Errors
    /// If git or a manifest cannot be read, or a crate in `at_least` is not published.
    pub fn of(workspace: &Workspace, at_least: &BTreeMap<String, Level>) -> Result<Self> {
        let published = workspace.published();
        let names: Vec<&str> = published.iter().map(|package| package.name.as_str()).collect();
        if let Some(unknown) = at_least.keys().find(|name| !names.contains(&name.as_str())) {
            anyhow::bail!("`{unknown}` is not a published crate; published crates: {}", names.join(", "));
        }
        let mut crates: Vec<CratePlan> = Vec::new();
        for package in order::sorted(&published)? {
            let mut krate = inspect_crate(workspace, package, &names)?;
            let dependencies = order::publish_dependencies(package, &published);
            let library = package.targets.iter().any(cargo_metadata::Target::is_lib);
            for other in dependencies.iter().filter(|other| other.kind == DependencyKind::Normal) {
                if let Some(other) = crates.iter().find(|known| known.name == other.name) {
                    krate.apply_dependency(other, library);
                }
            }
            if let Some(level) = at_least.get(&krate.name) {
                krate.at_least = *level;
                krate.require(*level, "requested by --at-least".to_owned());
            }
            krate.dependencies = dependencies.iter().map(|other| other.name.clone()).collect();
            krate.dependencies.dedup();
            krate.choose_version();
            crates.push(krate);
        }
        anyhow::ensure!(!crates.is_empty(), "no crate of this workspace is published");
        Ok(Self { crates })
    }

    /// Errors of all crates.
    #[must_use]
    pub fn problems(&self) -> Vec<&Problem> {
        self.crates.iter().flat_map(|krate| &krate.problems).collect()
    }

    /// One-line summary.
    #[must_use]
    pub fn summary(&self) -> String {
        let is_released = |krate: &&CratePlan| krate.releases();
        let releases: Vec<String> = self
            .crates
            .iter()
            .filter(is_released)
            .map(|krate| format!("{} {}", krate.name, krate.next))
            .collect();
        match releases.len() {
            0 => format!("no changes in {} crates", self.crates.len()),
            _ => format!("to release, in this order: {}", releases.join(", ")),
        }
    }
}

impl CratePlan {
    /// True if the crate needs a release.
    #[must_use]
    pub fn releases(&self) -> bool {
        self.baseline.version() != Some(&self.next)
    }

    fn require(&mut self, level: Level, reason: String) {
        self.needed = self.needed.max(level);
        self.reasons.push(reason);
    }

    /// A breaking change in a dependency breaks this crate too if it is a library: its API may show the
    /// dependency's types.
    fn apply_dependency(&mut self, other: &Self, library: bool) {
        let Some(before) = other.baseline.version() else { return };
        if Level::allowed(before, &other.next) == Level::Major {
            let level = if library { Level::Major } else { Level::Patch };
            self.require(level, format!("`{}` changes from {before} to {}", other.name, other.next));
        }
    }

    /// Sets the next version and checks the manifest and the changelog against it.
    fn choose_version(&mut self) {
        let Some(before) = self.baseline.version().cloned() else {
            self.next = self.version.clone();
            return;
        };
        let least = self.needed.after(&before);
        self.next = least.clone().max(self.version.clone());
        if self.version < before {
            self.problems.push(Problem {
                message: format!(
                    "`{}` has version {}, lower than its last release {before}",
                    self.name, self.version
                ),
                help: format!("set version = \"{least}\" in {}/Cargo.toml", self.folder),
            });
        } else if self.version != before && self.version < least {
            let allowed = Level::allowed(&before, &self.version);
            self.problems.push(Problem {
                message: format!(
                    "`{}` {} allows {allowed} changes after {before}, but its changes are {}, which needs {least}: {}",
                    self.name,
                    self.version,
                    self.needed,
                    self.reasons.join("; ")
                ),
                help: if self.at_least == self.needed {
                    format!("cargo xtask release prepare --at-least {}={}", self.name, self.needed)
                } else {
                    "cargo xtask release prepare".to_owned()
                },
            });
        }
        if self.at_least >= Level::Minor && self.entries.is_empty() && self.version == before {
            self.problems.push(Problem {
                message: format!(
                    "`{}` needs a {} version without a changelog entry",
                    self.name, self.at_least
                ),
                help: format!("add an entry under Unreleased in {}/CHANGELOG.md", self.folder),
            });
        }
    }
}

fn inspect_crate(
    workspace: &Workspace,
    package: &cargo_metadata::Package,
    names: &[&str],
) -> Result<CratePlan> {
    let root = workspace.root();
    let name = package.name.to_string();
    let folder = workspace.folder(package)?;
    let git = Git::at(&root);
    let baseline = Baseline::of(&root, &name, &folder)?;
    let log = root.join(&folder).join("CHANGELOG.md");
    let mut problems = Vec::new();
    let entries = match std::fs::read_to_string(&log) {
        Ok(text) => changelog::unreleased(&text).with_context(|| log.display().to_string())?.to_owned(),
        Err(_) => {
            problems.push(Problem {
                message: format!("`{name}` has no changelog"),
                help: format!("create {folder}/CHANGELOG.md with a heading `## [Unreleased]`"),
            });
            String::new()
        }
    };
    let mut krate = CratePlan {
        commits: git.commits(baseline.revision(), &folder)?,
        uncommitted: git.uncommitted(&folder)?,
        at_least: Level::None,
        needed: Level::None,
        reasons: Vec::new(),
        next: package.version.clone(),
        version: package.version.clone(),
        dependencies: Vec::new(),
        baseline,
        entries,
        problems,
        folder,
        name,
    };
    let Some(revision) = krate.baseline.revision().map(str::to_owned) else { return Ok(krate) };

    if !krate.commits.is_empty() || !krate.uncommitted.is_empty() {
        let count = krate.commits.len() + krate.uncommitted.len();
        krate.require(Level::Patch, format!("{count} commits or uncommitted files changed it"));
    }
    for change in inherited_settings::changes(&root, &krate.folder, &revision, names)? {
        krate.require(Level::Patch, change);
    }
    Ok(krate)
}

impl fmt::Display for CratePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step = if self.baseline.version().is_some_and(|before| *before != self.next) {
            format!("{} -> {}", self.version, self.next)
        } else {
            self.version.to_string()
        };
        let after = if self.dependencies.is_empty() {
            String::new()
        } else {
            format!(", after {}", self.dependencies.join(", "))
        };
        writeln!(f, "{} {step}, {}{after}", self.name, self.baseline)?;
        let mut lines = String::new();
        if self.baseline != Baseline::First {
            let _ = writeln!(lines, "needed: {}", self.needed);
            for reason in &self.reasons {
                let _ = writeln!(lines, "  {reason}");
            }
        }
        let _ =
            writeln!(lines, "{} commits, {} uncommitted files", self.commits.len(), self.uncommitted.len());
        for commit in self.commits.iter().take(3) {
            let _ = writeln!(lines, "  {commit}");
        }
        if let Some(more) = self.commits.len().checked_sub(4) {
            let _ = writeln!(lines, "  and {} more", more + 1);
        }
        if self.entries.is_empty() {
            let _ = writeln!(lines, "no changelog entries under Unreleased");
        } else {
            let _ = writeln!(lines, "unreleased:");
            for line in self.entries.lines().filter(|line| !line.is_empty()) {
                let _ = writeln!(lines, "  {line}");
            }
        }
        for line in lines.lines() {
            writeln!(f, "    {line}")?;
        }
        Ok(())
    }
}
