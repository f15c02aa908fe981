//! Checks that the dependencies of a published crate support its `rust-version`.

use std::collections::{BTreeMap, HashMap, VecDeque};

use anyhow::{Context, Result};
use cargo_metadata::semver::Version;
use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, PackageId};

use crate::diagnostic::Diagnostic;
use crate::workspace::{Workspace, is_published};

/// The `rust-version` of a published crate, and the highest one among its dependencies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RustVersionReport {
    /// Name of the crate.
    pub name: String,
    /// Its `rust-version`.
    pub rust_version: Version,
    /// Dependencies that need a newer Rust: name, version, dependency path.
    pub too_new: Vec<(String, Version, Vec<String>)>,
    /// The highest `rust-version` among the dependencies, and that dependency's name.
    pub highest: Option<(Version, String)>,
}

/// Resolves the workspace with all features, for every platform.
///
/// # Errors
/// If cargo cannot resolve the workspace.
pub fn resolved(workspace: &Workspace) -> Result<Metadata> {
    MetadataCommand::new()
        .current_dir(workspace.root())
        .features(CargoOpt::AllFeatures)
        .exec()
        .context("cargo cannot resolve the workspace; run `cargo metadata` for details")
}

/// The `rust-version` of all published crates with those of their dependencies.
///
/// # Errors
/// If the metadata has no resolved dependencies, or a published crate has no `rust-version`.
pub fn reports(metadata: &Metadata) -> Result<Vec<RustVersionReport>> {
    let resolve = metadata.resolve.as_ref().context("the metadata has no resolved dependencies")?;
    let nodes: HashMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let mut all = Vec::new();
    for package in metadata.workspace_packages().into_iter().filter(|package| is_published(package)) {
        let rust_version = package
            .rust_version
            .clone()
            .with_context(|| format!("`{}` has no rust-version", package.name))?;
        let mut parents: BTreeMap<&PackageId, Option<&PackageId>> = BTreeMap::from([(&package.id, None)]);
        let mut next = VecDeque::from([&package.id]);
        let (mut too_new, mut highest) = (Vec::new(), None::<(Version, String)>);
        while let Some(id) = next.pop_front() {
            let here = &metadata[id];
            if let Some(needs) = &here.rust_version
                && id != &package.id
            {
                if *needs > rust_version {
                    too_new.push((
                        here.name.to_string(),
                        needs.clone(),
                        dependency_path(metadata, &parents, id),
                    ));
                }
                if highest.as_ref().is_none_or(|(highest, _)| needs > highest) {
                    highest = Some((needs.clone(), here.name.to_string()));
                }
            }
            let Some(node) = nodes.get(id) else { continue };
            for dependency in &node.deps {
                let ships = dependency.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development);
                if ships && !parents.contains_key(&dependency.pkg) {
                    parents.insert(&dependency.pkg, Some(id));
                    next.push_back(&dependency.pkg);
                }
            }
        }
        all.push(RustVersionReport { name: package.name.to_string(), rust_version, too_new, highest });
    }
    Ok(all)
}

fn dependency_path<'a>(
    metadata: &Metadata,
    parents: &BTreeMap<&PackageId, Option<&'a PackageId>>,
    mut id: &'a PackageId,
) -> Vec<String> {
    let mut dependency_path = vec![metadata[id].name.to_string()];
    while let Some(Some(before)) = parents.get(id) {
        dependency_path.push(metadata[*before].name.to_string());
        id = before;
    }
    dependency_path.reverse();
    dependency_path
}

/// Crates whose dependencies need a newer Rust.
#[must_use]
pub fn violations(reports: &[RustVersionReport]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for report in reports {
        for (name, needs, dependency_path) in &report.too_new {
            found.push(Diagnostic::new(
                format!(
                    "`{}` has rust-version {}, but `{name}` needs {needs} ({})",
                    report.name,
                    report.rust_version,
                    dependency_path.join(" → ")
                ),
                format!(
                    "run `cargo update -p {name} --precise OLDER`, remove it, or raise rust-version in crates/{}/Cargo.toml",
                    report.name
                ),
            ));
        }
    }
    found
}
