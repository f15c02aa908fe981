//! What a crate takes from the workspace's manifest: a change there is a change of the crate, without a line of its own.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use toml_edit::{DocumentMut, Item, TableLike};

use super::git::Git;

/// What this crate inherits and is not as it was in a revision: keys with their old and new text.
///
/// # Errors
/// When a manifest cannot be read.
pub fn changes(root: &Path, folder: &str, revision: &str, own_crates: &[&str]) -> Result<Vec<String>> {
    let git = Git::at(root);
    let own = std::fs::read_to_string(root.join(folder).join("Cargo.toml"))?.parse::<DocumentMut>()?;
    let now = std::fs::read_to_string(root.join("Cargo.toml"))?.parse::<DocumentMut>()?;
    let then = git.show(revision, "Cargo.toml")?.context("the workspace had no manifest then")?;
    let then = then.parse::<DocumentMut>()?;
    let (old, new) = (taken(&own, &then, own_crates), taken(&own, &now, own_crates));
    Ok(new
        .iter()
        .filter_map(|(key, value)| match old.get(key) {
            Some(before) if before != value => Some(format!("{key}: {before} became {value}")),
            _ => None,
        })
        .collect())
}

/// What the crate's manifest takes from this workspace manifest. Its neighbours are left out: their versions are planned.
fn taken(own: &DocumentMut, workspace: &DocumentMut, own_crates: &[&str]) -> BTreeMap<String, String> {
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
    collect(own.get("package"), "package", &["version"]);
    collect(own.get("dependencies"), "dependencies", own_crates);
    collect(own.get("build-dependencies"), "dependencies", own_crates);
    for (_, target) in own.get("target").and_then(Item::as_table_like).into_iter().flat_map(TableLike::iter) {
        collect(target.get("dependencies"), "dependencies", own_crates);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_inherited_and_not_the_neighbours() {
        let own = "[package]\nrust-version.workspace = true\nlicense = \"MIT\"\n[dependencies]\n\
                   url.workspace = true\ncore.workspace = true\nhttp = \"1\"\n[dev-dependencies]\ninsta.workspace = true\n";
        let workspace = "[workspace.package]\nrust-version = \"1.88\"\nlicense = \"X\"\n[workspace.dependencies]\n\
                         url = { version = \"2\" }\ncore = { version = \"1\" }\ninsta = \"1\"\n";
        let taken = taken(&own.parse().unwrap(), &workspace.parse().unwrap(), &["core"]);
        let keys: Vec<&str> = taken.keys().map(String::as_str).collect();
        assert_eq!(keys, ["dependencies.url", "package.rust-version"]);
        assert_eq!(taken["dependencies.url"], "{ version = \"2\" }");
    }
}
