//! What makes the workspace one that others can take over and depend on, beside what compiles and passes.
//!
//! One subject a file. Each judges by what it is given and is tested with planted faults; `cargo xtask tidy` asks them all.

pub mod crate_docs;
pub mod licences;
pub mod manifests;
pub mod own_workspaces;
pub mod rust_version;
pub mod sources;
pub mod strays;
pub mod threats;

use std::path::Path;

use anyhow::{Context, Result};

use crate::finding::Finding;
use crate::run::Run;
use crate::workspace::{Workspace, is_published};

/// The files that belong to the workspace: tracked, or new and not ignored.
///
/// # Errors
/// When git cannot be asked.
pub fn files(root: &Path) -> Result<Vec<String>> {
    let args = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    let listed = Run::program(root, "git", &args).read()?;
    let there = |name: &&str| !name.is_empty() && root.join(name).is_file();
    Ok(listed.split('\0').filter(there).map(str::to_owned).collect())
}

/// What is wrong with one crate of `crates/`, as far as publishing goes.
///
/// # Errors
/// When there is no such crate, or its manifest cannot be read.
pub fn of_crate(workspace: &Workspace, name: &str) -> Result<Vec<Finding>> {
    let members = workspace.members();
    let package = members.iter().find(|package| package.name.as_str() == name);
    let package = package.with_context(|| format!("there is no crate `{name}`"))?;
    let folder = package.manifest_path.parent().context("a manifest lies in a folder")?.as_std_path();
    let text = std::fs::read_to_string(&package.manifest_path)
        .with_context(|| format!("cannot read {}", package.manifest_path))?;
    let mut found = manifests::of(package, &text, workspace.roles().is_client(name));
    found.extend(crate_docs::of(package, folder));
    if is_published(package) {
        found.extend(licences::of(&workspace.root(), name, folder));
    }
    Ok(found)
}
