//! The packages with the oldest dependencies that they claim to work with.

use std::fs;

use anyhow::{Context, Result};
use toml_edit::{DocumentMut, Item};

use super::Stage;
use super::packages::{PROFILE, Packages};
use crate::house::{self, Roles};
use crate::report::Outcome;

const FOLDER: &str = "least";

/// Direct dependencies only: what they in turn claim is theirs to keep.
pub(super) fn rehearse(stage: &Stage, packages: &Packages, roles: &Roles) -> Result<Outcome> {
    let clients: Vec<&str> = packages.names().into_iter().filter(|name| roles.is_client(name)).collect();
    write(stage, packages, &clients)?;
    // Cargo asks for a nightly here; the compiler that follows is the usual one.
    let choose = stage
        .cargo(FOLDER, &["update", "--quiet", "-Z", "direct-minimal-versions"])
        .env("RUSTC_BOOTSTRAP", "1");
    if !choose.loudly()? {
        return Ok(Outcome::failed(
            "a dependency needs a newer version of another one than we claim to work with, see above",
            "raise it under [workspace.dependencies] in Cargo.toml",
        ));
    }
    let tls = house::TLS_FEATURES.iter().map(|one| (*one).to_owned());
    for feature in tls.chain(["connections".to_owned()]) {
        let run = stage.cargo(
            FOLDER,
            &["check", "--quiet", "--workspace", "--no-default-features", "--features", &feature],
        );
        if !run.loudly()? {
            return Ok(Outcome::failed(
                format!("with {feature}, something does not compile with the oldest dependencies, see above"),
                format!(
                    "raise what it needs under [workspace.dependencies] in Cargo.toml; {} has the versions",
                    stage.folder.join(FOLDER).join("Cargo.lock").display()
                ),
            ));
        }
    }
    Ok(Outcome::passed(format!(
        "{} compile with the oldest versions they name, each TLS choice",
        clients.join(", ")
    )))
}

/// The packages once more, without what is only for their tests: that may be as new as it likes.
fn write(stage: &Stage, packages: &Packages, names: &[&str]) -> Result<()> {
    let home = stage.folder.join(FOLDER);
    let mut members = Vec::new();
    let mut patch = String::from("\n[patch.crates-io]\n");
    for name in names {
        let from = packages.folder(name)?;
        let to = home.join(name);
        copy(&from.join("src"), &to.join("src"))?;
        for file in ["README.md", "Cargo.toml"] {
            fs::copy(from.join(file), to.join(file)).with_context(|| format!("{name} has no {file}"))?;
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
        home.join("Cargo.toml"),
        format!("[workspace]\nresolver = \"3\"\nmembers = [{members}]\n{patch}{PROFILE}"),
    )?;
    Ok(())
}

fn copy(from: &std::path::Path, to: &std::path::Path) -> Result<()> {
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
