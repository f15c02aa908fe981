//! In which order crates are published: each after those it depends on.

use std::collections::BTreeSet;

use anyhow::Result;
use cargo_metadata::{Dependency, DependencyKind, Package};

/// The crates of this workspace that a crate needs in the registry before it: also what only its tests use, if it is named with
/// a version, for cargo asks the registry about that too.
#[must_use]
pub fn needs<'a>(package: &'a Package, published: &[&Package]) -> Vec<&'a Dependency> {
    let here = |one: &Dependency| one.path.is_some() && published.iter().any(|other| *other.name == one.name);
    let named = |one: &Dependency| {
        one.kind != DependencyKind::Development || one.req != cargo_metadata::semver::VersionReq::STAR
    };
    package.dependencies.iter().filter(|one| here(one) && named(one) && *package.name != one.name).collect()
}

/// These packages, each after what it needs; otherwise in the order given.
///
/// # Errors
/// When some need each other.
pub fn sorted<'a>(packages: &[&'a Package]) -> Result<Vec<&'a Package>> {
    let mut left: Vec<&Package> = packages.to_vec();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut out = Vec::new();
    while !left.is_empty() {
        let ready = left
            .iter()
            .position(|one| needs(one, packages).iter().all(|other| done.contains(other.name.as_str())));
        let Some(ready) = ready else {
            let names: Vec<&str> = left.iter().map(|one| one.name.as_str()).collect();
            anyhow::bail!(
                "these need each other and cannot be published in any order: {}; a dev-dependency without a \
                 version is left out of what is published",
                names.join(", ")
            );
        };
        let next = left.remove(ready);
        done.insert(next.name.as_str());
        out.push(next);
    }
    Ok(out)
}
