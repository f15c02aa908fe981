//! Compiles the packages with the oldest dependency versions that they allow.

use std::fs;

use anyhow::{Context, Result};
use toml_edit::{DocumentMut, Item};

use super::Rehearsal;
use super::packages::{PROFILE, Packages};
use crate::report::Outcome;
use crate::workspace::TLS_FEATURES;

const FOLDER: &str = "least";

/// Minimal versions of direct dependencies only; indirect requirements are the responsibility of those
/// crates.
pub(super) fn rehearse(rehearsal: &Rehearsal, packages: &Packages, clients: &[&str]) -> Result<Outcome> {
    write(rehearsal, packages, clients)?;
    // Cargo's unstable flag needs this variable; the compiler stays the same.
    let choose = rehearsal
        .cargo(FOLDER, &["update", "--quiet", "-Z", "direct-minimal-versions"])
        .env("RUSTC_BOOTSTRAP", "1");
    if choose.run().is_err() {
        return Ok(Outcome::failed(
            "a dependency requires a newer version of another one than our manifests allow, see above",
            "raise that version under [workspace.dependencies] in Cargo.toml",
        ));
    }
    for feature in TLS_FEATURES.into_iter().chain(["connections"]) {
        let run = rehearsal.cargo(
            FOLDER,
            &["check", "--quiet", "--workspace", "--no-default-features", "--features", feature],
        );
        if run.run().is_err() {
            return Ok(Outcome::failed(
                format!("with {feature}, the packages do not compile with their minimal versions, see above"),
                format!(
                    "raise the version under [workspace.dependencies] in Cargo.toml; {} lists the versions used",
                    rehearsal.folder.join(FOLDER).join("Cargo.lock").display()
                ),
            ));
        }
    }
    Ok(Outcome::Passed(format!("{} compile with minimal versions and each TLS choice", clients.join(", "))))
}

/// Copies the packages without tests and dev-dependencies, which may need newer versions.
fn write(rehearsal: &Rehearsal, packages: &Packages, names: &[&str]) -> Result<()> {
    let folder = rehearsal.folder.join(FOLDER);
    let mut members = Vec::new();
    let mut patch = String::from("\n[patch.crates-io]\n");
    for name in names {
        let from = packages.folder(name)?;
        let to = folder.join(name);
        copy(&from.join("src"), &to.join("src"))?;
        for file in ["README.md", "Cargo.toml"] {
            fs::copy(from.join(file), to.join(file))
                .with_context(|| format!("{name} does not contain {file}"))?;
        }
        let manifest = to.join("Cargo.toml");
        let mut text = fs::read_to_string(&manifest)?.parse::<DocumentMut>()?;
        for tests in ["dev-dependencies", "example", "test", "bench"] {
            text.remove(tests);
        }
        if let Some(targets) = text.get_mut("target").and_then(Item::as_table_like_mut) {
            for (_, target) in targets.iter_mut() {
                target.as_table_like_mut().and_then(|table| table.remove("dev-dependencies"));
            }
        }
        fs::write(manifest, text.to_string())?;
        members.push(format!("{name:?}"));
        patch.push_str(&format!("{name} = {{ path = {name:?} }}\n"));
    }
    let members = members.join(", ");
    fs::write(
        folder.join("Cargo.toml"),
        format!("[workspace]\nresolver = \"3\"\nmembers = [{members}]\n{patch}{PROFILE}"),
    )?;
    Ok(())
}

/// Copies a folder with all that is in it.
pub(super) fn copy(from: &std::path::Path, to: &std::path::Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
