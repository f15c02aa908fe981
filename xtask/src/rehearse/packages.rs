//! Builds the packages, checks their content, and unpacks them as one workspace.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use xshell::cmd;

use super::Rehearsal;
use crate::report::Outcome;
use crate::workspace::Workspace;

/// Folder of the unpacked packages in the rehearsal.
pub(super) const FOLDER: &str = "packages";

/// Files that every package must contain.
const FILES: &[&str] = &["Cargo.toml", "README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// Limit of crates.io.
const MAX_BYTES: u64 = 10 * 1024 * 1024;

/// Same as in this workspace: full debug info would double the build time.
pub(super) const PROFILE: &str =
    "\n[profile.dev]\ndebug = \"line-tables-only\"\n\n[profile.dev.package.\"*\"]\ndebug = false\n";

#[derive(Debug)]
pub(super) struct Packages {
    crates: BTreeMap<String, Package>,
}

#[derive(Debug)]
struct Package {
    version: String,
    folder: PathBuf,
    bytes: u64,
    errors: Vec<String>,
}

impl Packages {
    pub(super) fn make(workspace: &Workspace, rehearsal: &Rehearsal) -> Result<Self> {
        let published = workspace.published();
        let names: Vec<&str> = published.iter().map(|package| package.name.as_str()).collect();
        let others: Vec<String> = workspace
            .members()
            .iter()
            .map(|package| package.name.to_string())
            .filter(|package| !names.contains(&package.as_str()))
            .collect();
        // `--no-verify`: the later steps build every package.
        let mut args = vec!["package", "--workspace", "--no-verify", "--locked", "--quiet", "--allow-dirty"];
        args.extend(others.iter().flat_map(|package| ["--exclude", package]));
        println!("packaging {} from the working tree", names.join(", "));
        cmd!(workspace.shell, "cargo {args...}")
            .env("CARGO_TARGET_DIR", &rehearsal.target)
            .run()
            .context("cargo cannot package the workspace")?;

        let folder = rehearsal.folder.join(FOLDER);
        fs::create_dir_all(&folder)?;
        let mut crates = BTreeMap::new();
        for package in published {
            let title = format!("{}-{}", package.name, package.version);
            let archive = rehearsal.target.join("package").join(format!("{title}.crate"));
            let bytes = fs::metadata(&archive)
                .with_context(|| format!("cargo did not create {}", archive.display()))?
                .len();
            cmd!(workspace.shell, "tar -xzf {archive} -C {folder}").quiet().run()?;
            let folder = folder.join(&title);
            let mut errors: Vec<String> = FILES
                .iter()
                .filter(|file| fs::metadata(folder.join(file)).map_or(0, |found| found.len()) == 0)
                .map(|file| format!("{title} does not contain {file}"))
                .collect();
            if bytes > MAX_BYTES {
                errors.push(format!("{title} has {bytes} bytes; crates.io accepts at most {MAX_BYTES}"));
            }
            let version = package.version.to_string();
            crates.insert(package.name.to_string(), Package { version, folder, bytes, errors });
        }
        let manifest =
            format!("[workspace]\nresolver = \"3\"\nmembers = [\"*-*\"]\n{}{PROFILE}", patch(&crates));
        fs::write(folder.join("Cargo.toml"), manifest)?;
        Ok(Self { crates })
    }

    pub(super) fn outcome(&self) -> Outcome {
        let errors: Vec<&str> =
            self.crates.values().flat_map(|package| &package.errors).map(String::as_str).collect();
        if !errors.is_empty() {
            return Outcome::failed(errors.join("\n"), "fix each error in the crate's folder or Cargo.toml");
        }
        let sizes: Vec<String> =
            self.crates.iter().map(|(name, package)| format!("{name} {} kB", package.bytes / 1024)).collect();
        Outcome::Passed(sizes.join(", "))
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.crates.keys().map(String::as_str).collect()
    }

    pub(super) fn version(&self, name: &str) -> Result<&str> {
        Ok(&self.get(name)?.version)
    }

    pub(super) fn folder(&self, name: &str) -> Result<&PathBuf> {
        Ok(&self.get(name)?.folder)
    }

    fn get(&self, name: &str) -> Result<&Package> {
        self.crates.get(name).with_context(|| format!("there is no package of `{name}`"))
    }

    /// Manifest section that makes cargo use these packages instead of the registry.
    pub(super) fn patch(&self, names: &[&str]) -> String {
        patch(self.crates.iter().filter(|(name, _)| names.contains(&name.as_str())))
    }
}

fn patch<'a>(crates: impl IntoIterator<Item = (&'a String, &'a Package)>) -> String {
    let mut text = String::from("\n[patch.crates-io]\n");
    for (name, package) in crates {
        text.push_str(&format!("{name} = {{ path = {:?} }}\n", package.folder.to_string_lossy()));
    }
    text
}
