//! Layering rules of the workspace.
//!
//! 1. A provider crate depends on `oauth-core` and nothing heavier, and on no other provider.
//! 2. `oauth-sandbox` depends on no client crate, so that a wrong constant in a client fails a test instead
//!    of being wrong on both sides.
//!
//! [`CrateGraph::of`] collects data from cargo; [`CrateGraph::violations`] is a pure function of it.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Package};

use crate::crate_roles::{self, ROLES_TABLE, Role, Roles};
use crate::diagnostic::Diagnostic;
use crate::run::Run;
use crate::workspace::Workspace;

/// File of the exceptions, for messages.
const EXCEPTIONS_FILE: &str = "xtask/src/crate_roles.rs";

/// Data for the layering check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CrateGraph {
    /// The role of each crate.
    pub roles: Roles,
    /// Folders in `crates/`.
    pub folders: Vec<String>,
    /// Workspace members in `crates/`.
    pub crates: Vec<Crate>,
}

/// A crate in `crates/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Crate {
    /// Name of the crate.
    pub name: String,
    /// Name of its folder.
    pub folder: String,
    /// Dependencies in its manifest, for every platform, optional or not.
    pub declared: Vec<DeclaredDependency>,
    /// Its dependency tree with all features: normal dependencies, which users get, and for the sandbox also
    /// those for builds and tests.
    pub tree: Vec<ResolvedPackage>,
}

/// A dependency in a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredDependency {
    /// Package name, even if the manifest renames it.
    pub name: String,
    /// True for dev-dependencies.
    pub dev: bool,
}

/// A package in a dependency tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ResolvedPackage {
    /// Name of the package.
    pub name: String,
    /// Its enabled features.
    pub features: Vec<String>,
}

impl CrateGraph {
    /// Collects the data from cargo.
    ///
    /// # Errors
    /// If cargo fails, because of a broken manifest or a lock file it cannot update.
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
            let crate_folder = package.manifest_path.parent();
            if crate_folder
                .and_then(|crate_folder| crate_folder.parent())
                .is_some_and(|parent| parent.as_std_path() == folder)
            {
                crates.push(Crate {
                    name: package.name.to_string(),
                    folder: crate_folder
                        .and_then(|crate_folder| crate_folder.file_name())
                        .unwrap_or_default()
                        .to_owned(),
                    declared: declared(package),
                    tree: tree(workspace, package)?,
                });
            }
        }
        Ok(Self { roles: workspace.roles().clone(), folders, crates })
    }

    /// All violations, including missing and unlisted crates.
    #[must_use]
    pub fn violations(&self) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        let roles = &self.roles;
        let names: BTreeSet<&str> = self.crates.iter().map(|krate| krate.name.as_str()).collect();
        for (name, _) in roles.iter().filter(|(name, _)| !names.contains(name)) {
            diagnostics.push(Diagnostic {
                message: format!("the listed crate `{name}` does not exist"),
                help: format!("restore crates/{name}, or remove it from {ROLES_TABLE}"),
            });
        }
        for folder in &self.folders {
            if !self.crates.iter().any(|krate| krate.folder == *folder) {
                diagnostics.push(Diagnostic {
                    message: format!("crates/{folder} is not a crate of this workspace"),
                    help: format!("add crates/{folder}/Cargo.toml, or remove the folder"),
                });
            }
        }
        for krate in &self.crates {
            if krate.name != krate.folder {
                diagnostics.push(Diagnostic {
                    message: format!("crate `{}` is in crates/{}", krate.name, krate.folder),
                    help: "rename the folder to the crate's name".to_owned(),
                });
            }
            match roles.get(&krate.name) {
                Some(Role::Core | Role::Provider) => check_client(roles, krate, &mut diagnostics),
                Some(Role::Sandbox) => check_sandbox(roles, krate, &mut diagnostics),
                Some(Role::Testing) => check_testing(roles, krate, &mut diagnostics),
                Some(Role::Other) => {}
                None => diagnostics.push(Diagnostic {
                    message: format!(
                        "`{}` is in crates/ but has no role, so its layering is not checked",
                        krate.name
                    ),
                    help: format!("add it to {ROLES_TABLE}"),
                }),
            }
        }
        // The dependencies of a provider are compared with those of the core.
        if let Some(core) = self.crates.iter().find(|krate| roles.get(&krate.name) == Some(Role::Core)) {
            for krate in self.crates.iter().filter(|krate| roles.get(&krate.name) == Some(Role::Provider)) {
                check_provider_dependencies(roles, core, krate, &mut diagnostics);
            }
        }
        diagnostics
    }
}

/// Rule 1, for a single client crate.
fn check_client(roles: &Roles, krate: &Crate, diagnostics: &mut Vec<Diagnostic>) {
    let is_provider = roles.get(&krate.name) == Some(Role::Provider);
    for dependency in &krate.declared {
        let allowed = match roles.get(&dependency.name) {
            None => true,
            Some(Role::Core) => is_provider,
            Some(Role::Sandbox | Role::Testing) => dependency.dev,
            Some(Role::Provider | Role::Other) => false,
        };
        if !allowed {
            let section = if dependency.dev { "dev-dependencies" } else { "dependencies" };
            diagnostics.push(Diagnostic {
                message: format!(
                    "`{}` depends on `{}` in its {section}; a client crate may only use oauth-core, and in tests oauth-sandbox and oauth-testing",
                    krate.name, dependency.name
                ),
                help: format!("remove it from crates/{}/Cargo.toml; move code that two providers share to oauth-core", krate.folder),
            });
        }
    }
    for package in &krate.tree {
        let is_itself = package.name == krate.name;
        let member = roles.get(&package.name).is_some_and(|role| !(is_provider && role == Role::Core));
        let heavy =
            crate_roles::HEAVY_CRATES.iter().find(|(name, _)| *name == package.name).map(|(_, cost)| *cost);
        let cost = if member && !is_itself { Some("another crate of this workspace") } else { heavy };
        if let Some(cost) = cost {
            diagnostics.push(Diagnostic {
                message: format!("`{}` adds `{}` ({cost}) to its users' builds", krate.name, package.name),
                help: tree_command(krate, &package.name),
            });
        }
        if package.name == "tokio" {
            for feature in crate_roles::HEAVY_TOKIO_FEATURES
                .iter()
                .filter(|name| package.features.iter().any(|on| on == *name))
            {
                diagnostics.push(Diagnostic {
                    message: format!(
                        "`{}` enables tokio's feature `{feature}`, which only a program may choose",
                        krate.name
                    ),
                    help: format!("{} -f '{{p}} {{f}}'", tree_command(krate, "tokio")),
                });
            }
        }
    }
}

/// Rule 1: a provider has the direct dependencies of the core, plus those with a listed reason.
fn check_provider_dependencies(
    roles: &Roles,
    core: &Crate,
    krate: &Crate,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let common: BTreeSet<&str> = core.tree.iter().map(|package| package.name.as_str()).collect();
    for dependency in krate.declared.iter().filter(|dependency| !dependency.dev) {
        let has_reason = crate_roles::PROVIDER_DEPENDENCIES
            .iter()
            .any(|(provider, name, _)| *provider == krate.name && *name == dependency.name);
        // Crates of this workspace are checked by `check_client`.
        let in_workspace = roles.get(&dependency.name).is_some();
        if !common.contains(dependency.name.as_str()) && !has_reason && !in_workspace {
            diagnostics.push(Diagnostic {
                message: format!(
                    "`{}` depends on `{}`, which oauth-core does not",
                    krate.name, dependency.name
                ),
                help: format!(
                    "remove it, or add it with a reason to PROVIDER_DEPENDENCIES in {EXCEPTIONS_FILE}"
                ),
            });
        }
    }
}

/// Rule 2.
fn check_sandbox(roles: &Roles, krate: &Crate, diagnostics: &mut Vec<Diagnostic>) {
    let declared = krate.declared.iter().map(|dependency| &dependency.name);
    let dependencies: BTreeSet<&String> =
        declared.chain(krate.tree.iter().map(|package| &package.name)).collect();
    for name in dependencies.into_iter().filter(|name| is_client_or_helper(roles, name)) {
        diagnostics.push(Diagnostic {
            message: format!(
                "`{}` depends on `{name}`; the sandbox must not use client crates, not even in tests",
                krate.name
            ),
            help: format!("cargo tree -p {} -e normal,build,dev --all-features -i {name}", krate.name),
        });
    }
}

fn is_client_or_helper(roles: &Roles, name: &str) -> bool {
    roles.is_client(name) || roles.get(name) == Some(Role::Testing)
}

/// Rule 1: the shared test helpers must not let one provider depend on another.
fn check_testing(roles: &Roles, krate: &Crate, diagnostics: &mut Vec<Diagnostic>) {
    let declared = krate.declared.iter().map(|dependency| &dependency.name);
    let dependencies: BTreeSet<&String> =
        declared.chain(krate.tree.iter().map(|package| &package.name)).collect();
    for name in
        dependencies.into_iter().filter(|name| matches!(roles.get(name), Some(Role::Provider | Role::Other)))
    {
        diagnostics.push(Diagnostic {
            message: format!("`{}`, used by the tests of all providers, depends on `{name}`", krate.name),
            help: format!("cargo tree -p {} -e normal --all-features -i {name}", krate.name),
        });
    }
}

fn tree_command(krate: &Crate, package: &str) -> String {
    format!("cargo tree -p {} -e normal --all-features -i {package}", krate.name)
}

fn declared(package: &Package) -> Vec<DeclaredDependency> {
    let dev = |kind| kind == DependencyKind::Development;
    package
        .dependencies
        .iter()
        .map(|dependency| DeclaredDependency { name: dependency.name.clone(), dev: dev(dependency.kind) })
        .collect()
}

fn tree(workspace: &Workspace, package: &Package) -> Result<Vec<ResolvedPackage>> {
    let kinds = if workspace.roles().get(&package.name) == Some(Role::Sandbox) {
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
        packages.iter().any(|found| found.name == package.name.as_str()),
        "the output of `cargo tree` for `{}` does not contain the crate itself",
        package.name
    );
    Ok(packages)
}

/// Parses lines such as `serde v1.0.229|default,derive,std (*)`.
fn tree_lines(output: &str) -> Vec<ResolvedPackage> {
    let packages: BTreeSet<ResolvedPackage> = output
        .lines()
        .filter_map(|line| {
            let (package, features) = line.trim().trim_end_matches(" (*)").split_once('|')?;
            let name = package.split_whitespace().next()?.to_owned();
            let features =
                features.split(',').filter(|feature| !feature.is_empty()).map(str::to_owned).collect();
            Some(ResolvedPackage { name, features })
        })
        .collect();
    packages.into_iter().collect()
}

#[cfg(test)]
mod tests;
