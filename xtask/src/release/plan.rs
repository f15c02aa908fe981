//! What a release would be: per crate its baseline, what changed since, and the version that this needs.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use anyhow::{Context, Result};
use cargo_metadata::DependencyKind;
use cargo_metadata::semver::Version;

use super::baseline::Baseline;
use super::git::Git;
use super::level::Level;
use super::{changelog, inherited, order};
use crate::api::{self, Difference};
use crate::workspace::Workspace;

/// All published crates, each after those it depends on.
#[derive(Debug)]
pub struct Plan {
    /// In the order of publishing.
    pub crates: Vec<Planned>,
}

/// One crate of a plan.
#[derive(Debug)]
pub struct Planned {
    /// Its name.
    pub name: String,
    /// Its folder under the root.
    pub folder: String,
    /// The version that its manifest has.
    pub version: Version,
    /// What it is compared with.
    pub baseline: Baseline,
    /// The commits that touched it since.
    pub commits: Vec<String>,
    /// What is not committed yet.
    pub uncommitted: Vec<String>,
    /// How its public API differs from its baseline's, if both are listed.
    pub api: Option<Difference>,
    /// How much its version must move.
    pub needed: Level,
    /// Why.
    pub because: Vec<String>,
    /// The version that the next release gets.
    pub next: Version,
    /// What its changelog has under `Unreleased`.
    pub entries: String,
    /// The published crates of this workspace that it depends on.
    pub needs: Vec<String>,
    /// What must be mended before a release.
    pub problems: Vec<Problem>,
}

/// Something that a release must not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub what: String,
    /// The command, or the file, that mends it.
    pub mend: String,
}

impl Plan {
    /// Looks at the workspace, its history and its listings. Builds nothing. `at_least` asks for more than the plan would
    /// find by itself.
    ///
    /// # Errors
    /// When git or a manifest cannot be read, or a crate of `at_least` is not published.
    pub fn of(workspace: &Workspace, at_least: &BTreeMap<String, Level>) -> Result<Self> {
        let published = workspace.published();
        let names: Vec<&str> = published.iter().map(|package| package.name.as_str()).collect();
        if let Some(stranger) = at_least.keys().find(|name| !names.contains(&name.as_str())) {
            anyhow::bail!("`{stranger}` is not published from here; these are: {}", names.join(", "));
        }
        let mut crates: Vec<Planned> = Vec::new();
        for package in order::sorted(&published)? {
            let mut one = looked_at(workspace, package, &names)?;
            let needs = order::needs(package, &published);
            let library = package.targets.iter().any(cargo_metadata::Target::is_lib);
            for other in needs.iter().filter(|other| other.kind == DependencyKind::Normal) {
                if let Some(other) = crates.iter().find(|known| known.name == other.name) {
                    one.follow(other, library);
                }
            }
            if let Some(level) = at_least.get(&one.name) {
                one.need(*level, "asked for".to_owned());
            }
            one.needs = needs.iter().map(|other| other.name.clone()).collect();
            one.needs.dedup();
            one.decide();
            crates.push(one);
        }
        anyhow::ensure!(!crates.is_empty(), "no crate of this workspace is published");
        Ok(Self { crates })
    }

    /// All problems, as lines for a person.
    #[must_use]
    pub fn problems(&self) -> Vec<&Problem> {
        self.crates.iter().flat_map(|one| &one.problems).collect()
    }

    /// The plan in one line.
    #[must_use]
    pub fn summary(&self) -> String {
        let moves = |one: &&Planned| one.releases();
        let releases: Vec<String> =
            self.crates.iter().filter(moves).map(|one| format!("{} {}", one.name, one.next)).collect();
        match releases.len() {
            0 => format!("nothing changed in {} crates", self.crates.len()),
            _ => format!("to release, in this order: {}", releases.join(", ")),
        }
    }
}

impl Planned {
    /// Whether there is something to release.
    #[must_use]
    pub fn releases(&self) -> bool {
        self.baseline.version() != Some(&self.next)
    }

    fn need(&mut self, level: Level, why: String) {
        self.needed = self.needed.max(level);
        self.because.push(why);
    }

    /// A neighbour whose types are part of this crate's API, and which breaks, breaks this one.
    fn follow(&mut self, other: &Self, library: bool) {
        let Some(before) = other.baseline.version() else { return };
        if Level::allowed(before, &other.next) == Level::Major {
            let level = if library { Level::Major } else { Level::Patch };
            self.need(level, format!("`{}` goes from {before} to {}", other.name, other.next));
        }
    }

    /// Chooses the next version and looks whether the manifest and the changelog go with it.
    fn decide(&mut self) {
        let Some(before) = self.baseline.version().cloned() else {
            self.next = self.version.clone();
            return;
        };
        let least = self.needed.after(&before);
        self.next = least.clone().max(self.version.clone());
        if self.version < before {
            self.problems.push(Problem {
                what: format!("`{}` is {} and was {before} already", self.name, self.version),
                mend: format!("version = \"{least}\" in {}/Cargo.toml", self.folder),
            });
        } else if self.version != before && self.version < least {
            let allowed = Level::allowed(&before, &self.version);
            self.problems.push(Problem {
                what: format!(
                    "`{}` {} allows {allowed} changes after {before}, but needs a {} one, {least}: {}",
                    self.name,
                    self.version,
                    self.needed,
                    self.because.join("; ")
                ),
                mend: "cargo xtask release prepare".to_owned(),
            });
        }
        let api_changed = self.api.as_ref().is_some_and(|difference| !difference.is_empty());
        if api_changed && self.entries.is_empty() && self.version == before {
            self.problems.push(Problem {
                what: format!("`{}` has another public API, and its changelog does not say so", self.name),
                mend: format!("write it under Unreleased in {}/CHANGELOG.md", self.folder),
            });
        }
    }
}

fn looked_at(workspace: &Workspace, package: &cargo_metadata::Package, names: &[&str]) -> Result<Planned> {
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
                what: format!("`{name}` has no changelog"),
                mend: format!("write {folder}/CHANGELOG.md, with a heading `## [Unreleased]`"),
            });
            String::new()
        }
    };
    let mut one = Planned {
        commits: git.commits(baseline.revision(), &folder)?,
        uncommitted: git.uncommitted(&folder)?,
        api: None,
        needed: Level::None,
        because: Vec::new(),
        next: package.version.clone(),
        version: package.version.clone(),
        needs: Vec::new(),
        baseline,
        entries,
        problems,
        folder,
        name,
    };
    let Some(revision) = one.baseline.revision().map(str::to_owned) else { return Ok(one) };

    if !one.commits.is_empty() || !one.uncommitted.is_empty() {
        let many = one.commits.len() + one.uncommitted.len();
        one.need(Level::Patch, format!("{many} commits or uncommitted files touch it"));
    }
    for change in inherited::changes(&root, &one.folder, &revision, names)? {
        one.need(Level::Patch, change);
    }
    let listing = api::path(&one.name);
    if let Ok(now) = std::fs::read_to_string(root.join(&listing)) {
        match git.show(&revision, &listing)? {
            Some(then) => {
                let difference = Difference::between(&then, &now);
                if !difference.is_empty() {
                    one.need(difference.level(), format!("its public API changed:\n{difference}"));
                }
                one.api = Some(difference);
            }
            None => one.because.push(format!("no {listing} at its baseline to compare with")),
        }
    }
    Ok(one)
}

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step = if self.baseline.version().is_some_and(|before| *before != self.next) {
            format!("{} -> {}", self.version, self.next)
        } else {
            self.version.to_string()
        };
        let after =
            if self.needs.is_empty() { String::new() } else { format!(", after {}", self.needs.join(", ")) };
        writeln!(f, "{} {step}, {}{after}", self.name, self.baseline)?;
        let mut lines = String::new();
        if self.baseline != Baseline::First {
            let _ = writeln!(lines, "needed: {}", self.needed);
            for why in &self.because {
                let _ = writeln!(lines, "  {why}");
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
            let _ = writeln!(lines, "nothing under Unreleased in its changelog");
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
