//! Publishing order: each crate after its dependencies.

use std::collections::BTreeSet;

use anyhow::Result;
use cargo_metadata::{Dependency, DependencyKind, Package};

/// Workspace crates that must be in the registry before this one. Includes dev-dependencies with a version,
/// because cargo resolves those too.
#[must_use]
pub fn publish_dependencies<'a>(package: &'a Package, published: &[&Package]) -> Vec<&'a Dependency> {
    let in_workspace = |dependency: &Dependency| {
        dependency.path.is_some() && published.iter().any(|other| *other.name == dependency.name)
    };
    let has_version = |dependency: &Dependency| {
        dependency.kind != DependencyKind::Development
            || dependency.req != cargo_metadata::semver::VersionReq::STAR
    };
    package
        .dependencies
        .iter()
        .filter(|dependency| {
            in_workspace(dependency) && has_version(dependency) && *package.name != dependency.name
        })
        .collect()
}

/// Sorts packages so that each comes after its dependencies; otherwise keeps their order.
///
/// # Errors
/// If packages depend on each other in a cycle.
pub fn sorted<'a>(packages: &[&'a Package]) -> Result<Vec<&'a Package>> {
    let mut remaining: Vec<&Package> = packages.to_vec();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut out = Vec::new();
    while !remaining.is_empty() {
        let ready = remaining.iter().position(|dependency| {
            publish_dependencies(dependency, packages).iter().all(|other| done.contains(other.name.as_str()))
        });
        let Some(ready) = ready else {
            let names: Vec<&str> = remaining.iter().map(|dependency| dependency.name.as_str()).collect();
            anyhow::bail!(
                "these crates depend on each other, so none can be published first: {}\n\
                help: remove the version of a dev-dependency; cargo then leaves it out of the package",
                names.join(", ")
            );
        };
        let next = remaining.remove(ready);
        done.insert(next.name.as_str());
        out.push(next);
    }
    Ok(out)
}
