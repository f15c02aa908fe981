//! The features of the published crates, with the comments above them in the manifests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::dependencies::metadata;
use super::table;

pub(super) fn table(root: &Path) -> Result<String> {
    let mut rows: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let metadata = metadata(root)?;
    for package in metadata.workspace_packages() {
        if package.publish.as_ref().is_some_and(Vec::is_empty) {
            continue;
        }
        let manifest = std::fs::read_to_string(&package.manifest_path)?;
        let default = package.features.get("default").cloned().unwrap_or_default();
        // Features that begin with `__` are not part of the API.
        let public = |name: &&String| *name != "default" && !name.starts_with("__");
        for feature in package.features.keys().filter(public) {
            let comment = comment_above(&manifest, feature)
                .with_context(|| format!("in {} of {}", feature, package.manifest_path))?;
            let name = if default.contains(feature) {
                format!("`{feature}`, default")
            } else {
                format!("`{feature}`")
            };
            rows.entry((name, comment)).or_default().insert(format!("`{}`", package.name));
        }
    }
    let rows = rows.into_iter().map(|((name, comment), crates)| {
        vec![name, comment, crates.into_iter().collect::<Vec<_>>().join(", ")]
    });
    Ok(table::table(&["Feature", "Description", "Crates"], rows))
}

/// The comment above a feature.
fn comment_above(manifest: &str, feature: &str) -> Result<String> {
    let mut above: Vec<&str> = Vec::new();
    let mut within = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            within = line == "[features]";
            above.clear();
        } else if let Some(text) = line.strip_prefix('#') {
            above.push(text.trim());
        } else if within && line.split('=').next().is_some_and(|name| name.trim() == feature) {
            if above.is_empty() {
                break;
            }
            return Ok(above.join(" "));
        } else {
            above.clear();
        }
    }
    bail!("the feature has no comment above it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comment_above_joins_lines() {
        let manifest = "[features]\n# One,\n# two.\na = []\nb = []\n";
        assert_eq!(comment_above(manifest, "a").unwrap(), "One, two.");
        assert!(comment_above(manifest, "b").is_err());
    }
}
