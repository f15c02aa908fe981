//! The direct dependencies of published crates, with the reasons in `[workspace.metadata.why]`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

use super::table;

pub(super) fn metadata(root: &Path) -> Result<Metadata> {
    MetadataCommand::new()
        .current_dir(root)
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .context("cannot read the workspace's metadata")
}

pub(super) fn table(root: &Path) -> Result<String> {
    let metadata = metadata(root)?;
    let why: BTreeMap<String, String> = serde_json::from_value(metadata.workspace_metadata["why"].clone())
        .context("Cargo.toml has no table [workspace.metadata.why] of texts")?;
    let members: BTreeSet<String> =
        metadata.workspace_packages().iter().map(|one| one.name.to_string()).collect();
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in metadata.workspace_packages() {
        if package.publish.as_ref().is_some_and(Vec::is_empty) {
            continue;
        }
        for dependency in package.dependencies.iter().filter(|one| one.kind != DependencyKind::Development) {
            if !members.contains(&dependency.name) {
                users.entry(dependency.name.clone()).or_default().insert(format!("`{}`", package.name));
            }
        }
    }
    let unexplained: Vec<&String> = users.keys().filter(|name| !why.contains_key(*name)).collect();
    ensure!(
        unexplained.is_empty(),
        "these dependencies have no reason: {unexplained:?}; add one to [workspace.metadata.why] in \
         Cargo.toml"
    );
    let gone: Vec<&String> = why.keys().filter(|name| !users.contains_key(*name)).collect();
    ensure!(
        gone.is_empty(),
        "[workspace.metadata.why] in Cargo.toml has reasons for dependencies that no published crate has: {gone:?}"
    );
    let rows = users.into_iter().map(|(name, users)| {
        let reason = why.get(&name).cloned().unwrap_or_default();
        vec![format!("`{name}`"), reason, users.into_iter().collect::<Vec<_>>().join(", ")]
    });
    Ok(table::table(&["Crate", "Reason", "Used by"], rows))
}
