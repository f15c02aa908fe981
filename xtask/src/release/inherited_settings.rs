//! Changes in the settings that a crate inherits from the workspace manifest. They count as changes of the
//! crate.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use toml_edit::{DocumentMut, Item, TableLike};

use super::git::Git;

/// Inherited keys whose value differs from that at `revision`, with the old and new value.
///
/// # Errors
/// If a manifest cannot be read.
pub fn changes(root: &Path, folder: &str, revision: &str, workspace_crates: &[&str]) -> Result<Vec<String>> {
    let git = Git::at(root);
    let manifest = std::fs::read_to_string(root.join(folder).join("Cargo.toml"))?.parse::<DocumentMut>()?;
    let new_manifest = std::fs::read_to_string(root.join("Cargo.toml"))?.parse::<DocumentMut>()?;
    let old_manifest = git.show(revision, "Cargo.toml")?.context("the revision has no workspace manifest")?;
    let old_manifest = old_manifest.parse::<DocumentMut>()?;
    let (old, new) = (
        inherited(&manifest, &old_manifest, workspace_crates),
        inherited(&manifest, &new_manifest, workspace_crates),
    );
    Ok(new
        .iter()
        .filter_map(|(key, value)| match old.get(key) {
            Some(before) if before != value => Some(format!("{key}: {before} changed to {value}")),
            _ => None,
        })
        .collect())
}

/// The inherited keys and values, without crates of this workspace: their versions are planned separately.
fn inherited(
    manifest: &DocumentMut,
    workspace: &DocumentMut,
    workspace_crates: &[&str],
) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let Some(workspace) = workspace.get("workspace") else { return found };
    let mut collect = |table: Option<&Item>, from: &str, skip: &[&str]| {
        let entries = table.and_then(Item::as_table_like).into_iter().flat_map(TableLike::iter);
        for (key, item) in entries {
            let inherits = item.as_table_like().is_some_and(|one| one.contains_key("workspace"));
            if inherits
                && !skip.contains(&key)
                && let Some(value) = workspace.get(from).and_then(|table| table.get(key))
            {
                found.insert(format!("{from}.{key}"), value.to_string().trim().to_owned());
            }
        }
    };
    collect(manifest.get("package"), "package", &["version"]);
    collect(manifest.get("dependencies"), "dependencies", workspace_crates);
    collect(manifest.get("build-dependencies"), "dependencies", workspace_crates);
    for (_, target) in
        manifest.get("target").and_then(Item::as_table_like).into_iter().flat_map(TableLike::iter)
    {
        collect(target.get("dependencies"), "dependencies", workspace_crates);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collects_inherited_keys_except_workspace_crates() {
        let manifest = "[package]\nrust-version.workspace = true\nlicense = \"MIT\"\n[dependencies]\n\
                   url.workspace = true\ncore.workspace = true\nhttp = \"1\"\n[dev-dependencies]\ninsta.workspace = true\n";
        let workspace = "[workspace.package]\nrust-version = \"1.88\"\nlicense = \"X\"\n[workspace.dependencies]\n\
                         url = { version = \"2\" }\ncore = { version = \"1\" }\ninsta = \"1\"\n";
        let inherited = inherited(&manifest.parse().unwrap(), &workspace.parse().unwrap(), &["core"]);
        let keys: Vec<&str> = inherited.keys().map(String::as_str).collect();
        assert_eq!(keys, ["dependencies.url", "package.rust-version"]);
        assert_eq!(inherited["dependencies.url"], "{ version = \"2\" }");
    }
}
