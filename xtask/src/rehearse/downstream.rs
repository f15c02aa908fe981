//! Compiles `tests/downstream` with the packages instead of the workspace's crates.

use std::fs;

use anyhow::{Context, Result};
use toml_edit::{DocumentMut, Item, Table, value};

use super::Rehearsal;
use super::minimal::copy;
use super::packages::{PROFILE, Packages};
use crate::report::Outcome;
use crate::workspace::Workspace;

const FOLDER: &str = "downstream";

pub(super) fn rehearse(rehearsal: &Rehearsal, packages: &Packages, workspace: &Workspace) -> Result<Outcome> {
    write(rehearsal, packages, workspace)?;
    for features in ["", "connections"] {
        let run = rehearsal.cargo(FOLDER, &["check", "--quiet", "--lib", "--features", features]);
        let command = run.to_string();
        if run.run().is_err() {
            return Ok(Outcome::failed(
                "tests/downstream does not compile with the packages, see above",
                format!("cd {}; {command}", rehearsal.folder.join(FOLDER).display()),
            ));
        }
    }
    Ok(Outcome::Passed("compiles with the packages, with and without `connections`".to_owned()))
}

fn write(rehearsal: &Rehearsal, packages: &Packages, workspace: &Workspace) -> Result<()> {
    let (from, to) = (workspace.root().join("tests").join(FOLDER), rehearsal.folder.join(FOLDER));
    copy(&from.join("src"), &to.join("src"))?;
    let manifest = fs::read_to_string(from.join("Cargo.toml"))?;
    let clients: Vec<&str> = workspace.clients();
    let manifest = standalone(&manifest, |name| packages.version(name).map(str::to_owned))?;
    fs::write(
        to.join("Cargo.toml"),
        format!("{manifest}\n[workspace]\n{}{PROFILE}", packages.patch(&clients)),
    )?;
    Ok(())
}

/// Replaces the settings that the manifest inherits from the workspace.
fn standalone(manifest: &str, version: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut manifest: DocumentMut = manifest.parse().context("tests/downstream/Cargo.toml is no TOML")?;
    for inherited in ["lints", "dev-dependencies"] {
        manifest.remove(inherited);
    }
    let package = manifest["package"].as_table_mut().context("there must be a [package]")?;
    package.remove("license");
    package["edition"] = value("2024");
    let dependencies = manifest["dependencies"].as_table_mut().context("there must be [dependencies]")?;
    for (name, dependency) in dependencies.iter_mut() {
        let mut table = Table::new();
        table["version"] = value(version(name.get())?);
        table["default-features"] = value(false);
        *dependency = Item::Value(table.into_inline_table().into());
    }
    Ok(manifest.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standalone_manifest_inherits_nothing() {
        let manifest = "[package]\nname = \"downstream\"\nedition.workspace = true\nlicense.workspace = true\n\n\
                        [lints]\nworkspace = true\n\n[dependencies]\ncobot.workspace = true\n\n\
                        [dev-dependencies]\ntokio.workspace = true\n";
        let alone = standalone(manifest, |_| Ok("0.3.0".to_owned())).unwrap();
        assert!(!alone.contains("workspace"), "{alone}");
        assert!(alone.contains("cobot = { version = \"0.3.0\", default-features = false }"), "{alone}");
    }
}
