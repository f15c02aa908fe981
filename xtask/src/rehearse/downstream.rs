//! Compiles `tests/downstream` and `docs/examples` with the packages instead of the workspace's crates.

use std::fs;

use anyhow::{Context, Result};
use toml_edit::{Array, DocumentMut, value};

use super::Rehearsal;
use super::minimal::copy;
use super::packages::{PROFILE, Packages};
use crate::report::Outcome;
use crate::workspace::Workspace;

const FOLDER: &str = "downstream";
const MEMBERS: [&str; 2] = ["tests/downstream", "docs/examples"];

pub(super) fn rehearse(rehearsal: &Rehearsal, packages: &Packages, workspace: &Workspace) -> Result<Outcome> {
    let folder = rehearsal.folder.join(FOLDER);
    for member in MEMBERS {
        copy(&workspace.root().join(member), &folder.join(member))?;
    }
    let manifest = with_members(&workspace.read("Cargo.toml")?)?;
    let patch = packages.patch(&packages.names());
    fs::write(folder.join("Cargo.toml"), format!("{manifest}{patch}{PROFILE}"))?;
    for args in [
        "--package downstream --lib",
        "--package downstream --lib --features connections",
        "--package examples --all-targets",
    ] {
        let args: Vec<&str> = ["check", "--quiet"].into_iter().chain(args.split(' ')).collect();
        let run = rehearsal.cargo(FOLDER, &args);
        let command = run.to_string();
        if run.run().is_err() {
            return Ok(Outcome::failed(
                format!("{} do not compile with the packages, see above", MEMBERS.join(" and ")),
                format!("cd {}; {command}", folder.display()),
            ));
        }
    }
    Ok(Outcome::Passed(format!("{} compile with the packages", MEMBERS.join(" and "))))
}

/// Returns the workspace's manifest for `MEMBERS`, without the paths of its crates.
fn with_members(manifest: &str) -> Result<String> {
    let mut manifest: DocumentMut = manifest.parse().context("Cargo.toml is no TOML")?;
    manifest.remove("profile");
    manifest["workspace"]["members"] = value(Array::from_iter(MEMBERS));
    let dependencies = manifest["workspace"]["dependencies"].as_table_mut();
    dependencies.context("there must be [workspace.dependencies]")?.retain(|_, dependency| {
        let Some(table) = dependency.as_table_like_mut() else { return true };
        table.remove("path");
        table.contains_key("version") // crates that are never published have none
    });
    Ok(manifest.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifest_has_no_paths() {
        let manifest = "[workspace]\nmembers = [\"crates/*\"]\n\n[workspace.dependencies]\n\
                        cobot = { path = \"crates/cobot\", version = \"0.3.0\" }\n\
                        oauth-testing = { path = \"crates/oauth-testing\" }\nurl = \"2.5\"\n\n\
                        [profile.dev]\ndebug = false\n";
        let found = with_members(manifest).unwrap();
        assert!(found.contains("cobot = { version = \"0.3.0\" }\nurl = \"2.5\"\n"), "{found}");
        assert!(!found.contains("crates") && !found.contains("profile"), "{found}");
    }
}
