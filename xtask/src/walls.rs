//! The two walls that must never fall.
//!
//! 1. A provider crate depends on `oauth-core` and nothing heavier. No provider knows another.
//! 2. `oauth-sandbox` never imports a provider crate or `oauth-core`, so that a wrong constant in a client makes a test
//!    fail instead of being wrong on both sides.
//!
//! [`Picture::of`] asks cargo what is; [`Picture::breaches`] judges it and is a pure function, tested with planted faults.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Package};

use crate::finding::Finding;
use crate::house::{self, LIST, Role, Roles};
use crate::run::Run;
use crate::workspace::Workspace;

/// Where the reasons for exceptions are, for messages.
const HOUSE: &str = "xtask/src/house.rs";

/// What the walls are judged by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    /// Who is who, and so which crates must be there.
    pub roles: Roles,
    /// The folders of `crates/`.
    pub folders: Vec<String>,
    /// The workspace's members in `crates/`.
    pub crates: Vec<Crate>,
}

/// One crate of `crates/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Crate {
    /// Its name.
    pub name: String,
    /// The folder it lies in.
    pub folder: String,
    /// What its manifest names, for every platform, optional or not.
    pub declared: Vec<Declared>,
    /// What it brings into a build, with all of its features on: for a client crate what its users get (normal
    /// dependencies), for the sandbox everything (its own tests must not see a client either).
    pub tree: Vec<Resolved>,
}

/// A dependency in a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// The package's own name, also where the manifest renames it.
    pub name: String,
    /// Whether it is only for tests and examples.
    pub dev: bool,
}

/// A package that a crate really brings along.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Resolved {
    /// Its name.
    pub name: String,
    /// Its features that are on.
    pub features: Vec<String>,
}

impl Picture {
    /// What cargo says about this workspace.
    ///
    /// # Errors
    /// When cargo cannot answer: a manifest is broken, or the lock file cannot be brought up to date.
    pub fn of(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.root().join("crates");
        let mut folders = Vec::new();
        for entry in
            std::fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?
        {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        folders.sort();

        let mut crates = Vec::new();
        for package in workspace.members() {
            let home = package.manifest_path.parent();
            if home.and_then(|home| home.parent()).is_some_and(|parent| parent.as_std_path() == folder) {
                crates.push(Crate {
                    name: package.name.to_string(),
                    folder: home.and_then(|home| home.file_name()).unwrap_or_default().to_owned(),
                    declared: declared(package),
                    tree: tree(workspace, package)?,
                });
            }
        }
        Ok(Self { roles: workspace.roles().clone(), folders, crates })
    }

    /// Every hole in the walls, and every crate that should stand and does not.
    #[must_use]
    pub fn breaches(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        let roles = &self.roles;
        let names: BTreeSet<&str> = self.crates.iter().map(|one| one.name.as_str()).collect();
        for (name, _) in roles.iter().filter(|(name, _)| !names.contains(name)) {
            found.push(Finding {
                what: format!("`{name}` must exist and does not"),
                mend: format!("bring crates/{name} back, or take it off {LIST}"),
            });
        }
        for folder in &self.folders {
            if !self.crates.iter().any(|one| one.folder == *folder) {
                found.push(Finding {
                    what: format!("crates/{folder} is a folder but no crate of this workspace"),
                    mend: format!("give crates/{folder} a Cargo.toml, or remove it"),
                });
            }
        }
        for one in &self.crates {
            if one.name != one.folder {
                found.push(Finding {
                    what: format!("crate `{}` lies in crates/{}", one.name, one.folder),
                    mend: "give the folder the crate's name".to_owned(),
                });
            }
            match roles.of(&one.name) {
                Some(Role::Core | Role::Provider) => client(roles, one, &mut found),
                Some(Role::Sandbox) => sandbox(roles, one, &mut found),
                Some(Role::Testing) => testing(roles, one, &mut found),
                Some(Role::Other) => {}
                None => found.push(Finding {
                    what: format!(
                        "`{}` is in crates/ but nobody said what it is, so no wall is checked for it",
                        one.name
                    ),
                    mend: format!("add it with its role to {LIST}"),
                }),
            }
        }
        // What a provider may bring along is measured by what the core brings along.
        if let Some(core) = self.crates.iter().find(|one| roles.of(&one.name) == Some(Role::Core)) {
            for one in self.crates.iter().filter(|one| roles.of(&one.name) == Some(Role::Provider)) {
                no_heavier_than(roles, core, one, &mut found);
            }
        }
        found
    }
}

/// Wall 1, as far as one client crate shows it.
fn client(roles: &Roles, one: &Crate, found: &mut Vec<Finding>) {
    let is_provider = roles.of(&one.name) == Some(Role::Provider);
    for dependency in &one.declared {
        let allowed = match roles.of(&dependency.name) {
            None => true,
            Some(Role::Core) => is_provider,
            Some(Role::Sandbox | Role::Testing) => dependency.dev,
            Some(Role::Provider | Role::Other) => false,
        };
        if !allowed {
            let section = if dependency.dev { "dev-dependencies" } else { "dependencies" };
            found.push(Finding {
                what: format!(
                    "`{}` names `{}` in its {section}: a client crate may name oauth-core, and oauth-sandbox and oauth-testing for its tests",
                    one.name, dependency.name
                ),
                mend: format!("remove it from crates/{}/Cargo.toml; what two providers need belongs in oauth-core", one.folder),
            });
        }
    }
    for package in &one.tree {
        let own = package.name == one.name;
        let member = roles.of(&package.name).is_some_and(|role| !(is_provider && role == Role::Core));
        let heavy = house::HEAVY.iter().find(|(name, _)| *name == package.name).map(|(_, cost)| *cost);
        let cost = if member && !own { Some("another crate of this workspace") } else { heavy };
        if let Some(cost) = cost {
            found.push(Finding {
                what: format!("`{}` brings `{}` ({cost}) into its users' builds", one.name, package.name),
                mend: shows(one, &package.name),
            });
        }
        if package.name == "tokio" {
            for feature in
                house::HEAVY_TOKIO.iter().filter(|name| package.features.iter().any(|on| on == *name))
            {
                found.push(Finding {
                    what: format!(
                        "`{}` switches tokio's `{feature}` on, which is the program's to choose",
                        one.name
                    ),
                    mend: format!("{} -f '{{p}} {{f}}'", shows(one, "tokio")),
                });
            }
        }
    }
}

/// Wall 1: a provider's own direct dependencies are the core's, but for the ones the house list gives a reason for.
fn no_heavier_than(roles: &Roles, core: &Crate, one: &Crate, found: &mut Vec<Finding>) {
    let common: BTreeSet<&str> = core.tree.iter().map(|package| package.name.as_str()).collect();
    for dependency in one.declared.iter().filter(|dependency| !dependency.dev) {
        let reasoned = house::OWN_DEPENDENCIES
            .iter()
            .any(|(provider, name, _)| *provider == one.name && *name == dependency.name);
        // Crates of this workspace are judged above.
        let ours = roles.of(&dependency.name).is_some();
        if !common.contains(dependency.name.as_str()) && !reasoned && !ours {
            found.push(Finding {
                what: format!(
                    "`{}` depends on `{}`, which oauth-core does not need",
                    one.name, dependency.name
                ),
                mend: format!("do without it, or add it with its reason to OWN_DEPENDENCIES in {HOUSE}"),
            });
        }
    }
}

/// Wall 2.
fn sandbox(roles: &Roles, one: &Crate, found: &mut Vec<Finding>) {
    let declared = one.declared.iter().map(|dependency| &dependency.name);
    let seen: BTreeSet<&String> = declared.chain(one.tree.iter().map(|package| &package.name)).collect();
    for name in seen.into_iter().filter(|name| knows_clients(roles, name)) {
        found.push(Finding {
            what: format!(
                "`{}` sees `{name}`: written from the providers' own documents it must know no client, not even in its tests",
                one.name
            ),
            mend: format!("cargo tree -p {} -e normal,build,dev --all-features -i {name}", one.name),
        });
    }
}

fn knows_clients(roles: &Roles, name: &str) -> bool {
    roles.is_client(name) || roles.of(name) == Some(Role::Testing)
}

/// Wall 1 once more: what all providers' tests share must not be the way by which one sees another.
fn testing(roles: &Roles, one: &Crate, found: &mut Vec<Finding>) {
    let declared = one.declared.iter().map(|dependency| &dependency.name);
    let seen: BTreeSet<&String> = declared.chain(one.tree.iter().map(|package| &package.name)).collect();
    for name in seen.into_iter().filter(|name| matches!(roles.of(name), Some(Role::Provider | Role::Other))) {
        found.push(Finding {
            what: format!("`{}`, which the tests of all providers share, knows `{name}`", one.name),
            mend: format!("cargo tree -p {} -e normal --all-features -i {name}", one.name),
        });
    }
}

fn shows(one: &Crate, package: &str) -> String {
    format!("cargo tree -p {} -e normal --all-features -i {package}", one.name)
}

fn declared(package: &Package) -> Vec<Declared> {
    let dev = |kind| kind == DependencyKind::Development;
    package.dependencies.iter().map(|one| Declared { name: one.name.clone(), dev: dev(one.kind) }).collect()
}

fn tree(workspace: &Workspace, package: &Package) -> Result<Vec<Resolved>> {
    let kinds = if workspace.roles().of(&package.name) == Some(Role::Sandbox) {
        "normal,build,dev"
    } else {
        "normal"
    };
    let output = Run::cargo(
        &workspace.root(),
        &["tree", "-p", &package.id.repr, "-e", kinds, "--all-features", "--prefix", "none", "-f", "{p}|{f}"],
    )
    .read()?;
    let packages = tree_lines(&output);
    anyhow::ensure!(
        packages.iter().any(|one| one.name == package.name.as_str()),
        "`cargo tree` for `{}` does not even name the crate itself: its output is not understood",
        package.name
    );
    Ok(packages)
}

/// `serde v1.0.229|default,derive,std (*)`
fn tree_lines(output: &str) -> Vec<Resolved> {
    let packages: BTreeSet<Resolved> = output
        .lines()
        .filter_map(|line| {
            let (package, features) = line.trim().trim_end_matches(" (*)").split_once('|')?;
            let name = package.split_whitespace().next()?.to_owned();
            let features = features.split(',').filter(|one| !one.is_empty()).map(str::to_owned).collect();
            Some(Resolved { name, features })
        })
        .collect();
    packages.into_iter().collect()
}

#[cfg(test)]
mod tests;
