//! The Rust that a crate promises is one that its dependencies can be built with.

use std::collections::{BTreeMap, HashMap, VecDeque};

use anyhow::{Context, Result};
use cargo_metadata::semver::Version;
use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, PackageId};

use crate::finding::Finding;
use crate::workspace::{Workspace, is_published};

/// What a published crate promises, and what the most demanding of its dependencies needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// The crate.
    pub name: String,
    /// Its `rust-version`.
    pub promised: Version,
    /// Those that need more, each with what it needs and the way to it.
    pub too_new: Vec<(String, Version, Vec<String>)>,
    /// The most that any needs, and who.
    pub most: Option<(Version, String)>,
}

/// All packages with everything that each feature of each crate can bring along, on every platform.
///
/// # Errors
/// When cargo cannot resolve the workspace.
pub fn resolved(workspace: &Workspace) -> Result<Metadata> {
    MetadataCommand::new()
        .current_dir(workspace.root())
        .features(CargoOpt::AllFeatures)
        .exec()
        .context("cargo cannot resolve the workspace; `cargo metadata` shows what it stumbles over")
}

/// The promises of all published crates.
///
/// # Errors
/// When the metadata holds no resolved dependencies, or a published crate promises nothing.
pub fn promises(metadata: &Metadata) -> Result<Vec<Promise>> {
    let resolve = metadata.resolve.as_ref().context("cargo resolved nothing")?;
    let nodes: HashMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let mut all = Vec::new();
    for package in metadata.workspace_packages().into_iter().filter(|package| is_published(package)) {
        let promised =
            package.rust_version.clone().with_context(|| format!("`{}` promises no Rust", package.name))?;
        let mut came_by: BTreeMap<&PackageId, Option<&PackageId>> = BTreeMap::from([(&package.id, None)]);
        let mut next = VecDeque::from([&package.id]);
        let (mut too_new, mut most) = (Vec::new(), None::<(Version, String)>);
        while let Some(id) = next.pop_front() {
            let here = &metadata[id];
            if let Some(needs) = &here.rust_version
                && id != &package.id
            {
                if *needs > promised {
                    too_new.push((here.name.to_string(), needs.clone(), way(metadata, &came_by, id)));
                }
                if most.as_ref().is_none_or(|(highest, _)| needs > highest) {
                    most = Some((needs.clone(), here.name.to_string()));
                }
            }
            let Some(node) = nodes.get(id) else { continue };
            for dependency in &node.deps {
                let ships = dependency.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development);
                if ships && !came_by.contains_key(&dependency.pkg) {
                    came_by.insert(&dependency.pkg, Some(id));
                    next.push_back(&dependency.pkg);
                }
            }
        }
        all.push(Promise { name: package.name.to_string(), promised, too_new, most });
    }
    Ok(all)
}

fn way<'a>(
    metadata: &Metadata,
    came_by: &BTreeMap<&PackageId, Option<&'a PackageId>>,
    mut id: &'a PackageId,
) -> Vec<String> {
    let mut way = vec![metadata[id].name.to_string()];
    while let Some(Some(before)) = came_by.get(id) {
        way.push(metadata[*before].name.to_string());
        id = before;
    }
    way.reverse();
    way
}

/// Promises that cannot be kept.
#[must_use]
pub fn broken(promises: &[Promise]) -> Vec<Finding> {
    let mut found = Vec::new();
    for promise in promises {
        for (name, needs, way) in &promise.too_new {
            found.push(Finding::new(
                format!(
                    "`{}` promises Rust {}, and `{name}` needs {needs} ({})",
                    promise.name,
                    promise.promised,
                    way.join(" → ")
                ),
                format!(
                    "cargo update -p {name} --precise OLDER, do without it, or raise rust-version in crates/{}/Cargo.toml",
                    promise.name
                ),
            ));
        }
    }
    found
}
