//! Checks of repository hygiene that compiling and testing do not cover. `cargo xtask tidy` runs them all.
//!
//! One check per file, each tested with faulty input.

pub mod crate_docs;
pub mod leftover_todos;
pub mod licences;
pub mod manifests;
pub mod rust_version;
pub mod separate_workspaces;
pub mod sources;
pub mod threats;

use std::path::Path;

use anyhow::{Context, Result};

use crate::diagnostic::Diagnostic;
use crate::run::Run;
use crate::workspace::{Workspace, is_published};

/// Files of the workspace: tracked by git, or new and not ignored.
///
/// # Errors
/// If git fails.
pub fn files(root: &Path) -> Result<Vec<String>> {
    let args = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    let listed = Run::program(root, "git", &args).read()?;
    let there = |name: &&str| !name.is_empty() && root.join(name).is_file();
    Ok(listed.split('\0').filter(there).map(str::to_owned).collect())
}

/// Checks a crate of `crates/` for publishing: manifest, documentation, licence texts.
///
/// # Errors
/// If there is no such crate, or its manifest cannot be read.
pub fn of_crate(workspace: &Workspace, name: &str) -> Result<Vec<Diagnostic>> {
    let members = workspace.members();
    let package = members.iter().find(|package| package.name.as_str() == name);
    let package = package.with_context(|| format!("unknown crate `{name}`"))?;
    let folder = package.manifest_path.parent().context("the manifest has no parent folder")?.as_std_path();
    let text = std::fs::read_to_string(&package.manifest_path)
        .with_context(|| format!("cannot read {}", package.manifest_path))?;
    let mut found = manifests::check(package, &text, workspace.roles().is_client(name));
    found.extend(crate_docs::check(package, folder));
    if is_published(package) {
        found.extend(licences::check(&workspace.root(), name, folder));
    }
    Ok(found)
}
