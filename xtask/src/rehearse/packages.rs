//! The packages: made, looked into, unpacked side by side as one workspace.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::Stage;
use crate::report::Outcome;
use crate::run::Run;
use crate::workspace::Workspace;

/// Where they are unpacked, on the stage.
pub(super) const FOLDER: &str = "packages";

/// What everybody who gets a package must find in it.
const FILES: &[&str] = &["Cargo.toml", "README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// What crates.io takes.
const MOST_BYTES: u64 = 10 * 1024 * 1024;
const MOST_WORDS: usize = 5;

/// As in this workspace: full debug info would double the time.
pub(super) const PROFILE: &str =
    "\n[profile.dev]\ndebug = \"line-tables-only\"\n\n[profile.dev.package.\"*\"]\ndebug = false\n";

#[derive(Debug)]
pub(super) struct Packages {
    crates: BTreeMap<String, Packed>,
}

#[derive(Debug)]
struct Packed {
    version: String,
    folder: PathBuf,
    bytes: u64,
    faults: Vec<String>,
}

impl Packages {
    pub(super) fn make(workspace: &Workspace, stage: &Stage) -> Result<Self> {
        let published = workspace.published();
        let names: Vec<&str> = published.iter().map(|package| package.name.as_str()).collect();
        let others: Vec<String> = workspace
            .members()
            .iter()
            .map(|one| one.name.to_string())
            .filter(|one| !names.contains(&one.as_str()))
            .collect();
        // Not verified by cargo: what follows builds each of them, and runs most.
        let mut args = vec!["package", "--workspace", "--no-verify", "--locked", "--quiet", "--allow-dirty"];
        args.extend(others.iter().flat_map(|one| ["--exclude", one]));
        println!("packaging {}, as the files are now, committed or not", names.join(", "));
        Run::cargo(&workspace.root(), &args)
            .env("CARGO_TARGET_DIR", &stage.target.to_string_lossy())
            .read()
            .context("cargo cannot package the workspace")?;

        let folder = stage.folder.join(FOLDER);
        fs::create_dir_all(&folder)?;
        let mut crates = BTreeMap::new();
        for package in published {
            let title = format!("{}-{}", package.name, package.version);
            let archive = stage.target.join("package").join(format!("{title}.crate"));
            let bytes =
                fs::metadata(&archive).with_context(|| format!("{} was not made", archive.display()))?.len();
            Run::program(&folder, "tar", &["-xzf", &archive.to_string_lossy()]).read()?;
            let folder = folder.join(&title);
            let mut faults: Vec<String> = FILES
                .iter()
                .filter(|file| fs::metadata(folder.join(file)).map_or(0, |found| found.len()) == 0)
                .map(|file| format!("{title} has no {file}"))
                .collect();
            faults.extend(metadata_faults(package));
            if bytes > MOST_BYTES {
                faults.push(format!("{title} has {bytes} bytes; crates.io takes {MOST_BYTES}"));
            }
            let version = package.version.to_string();
            crates.insert(package.name.to_string(), Packed { version, folder, bytes, faults });
        }
        let manifest =
            format!("[workspace]\nresolver = \"3\"\nmembers = [\"*-*\"]\n{}{PROFILE}", patch(&crates));
        fs::write(folder.join("Cargo.toml"), manifest)?;
        Ok(Self { crates })
    }

    pub(super) fn judge(&self) -> Outcome {
        let faults: Vec<&str> =
            self.crates.values().flat_map(|one| &one.faults).map(String::as_str).collect();
        if !faults.is_empty() {
            return Outcome::failed(faults.join("\n"), "each as said, in the crate's folder or Cargo.toml");
        }
        let sizes: Vec<String> =
            self.crates.iter().map(|(name, one)| format!("{name} {} kB", one.bytes / 1024)).collect();
        Outcome::passed(sizes.join(", "))
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

    fn get(&self, name: &str) -> Result<&Packed> {
        self.crates.get(name).with_context(|| format!("there is no package of `{name}`"))
    }

    /// Has cargo take these for what the registry has not got yet.
    pub(super) fn patch(&self, names: &[&str]) -> String {
        patch(self.crates.iter().filter(|(name, _)| names.contains(&name.as_str())))
    }
}

fn patch<'a>(crates: impl IntoIterator<Item = (&'a String, &'a Packed)>) -> String {
    let mut text = String::from("\n[patch.crates-io]\n");
    for (name, one) in crates {
        text.push_str(&format!("{name} = {{ path = {:?} }}\n", one.folder.to_string_lossy()));
    }
    text
}

/// What a registry refuses, or what a reader would miss there.
fn metadata_faults(package: &cargo_metadata::Package) -> Vec<String> {
    let mut faults = Vec::new();
    let name = &package.name;
    let given = |what: Option<&String>| what.is_some_and(|text| !text.trim().is_empty());
    if !given(package.description.as_ref()) {
        faults.push(format!("`{name}` has no description"));
    }
    if !given(package.license.as_ref()) {
        faults.push(format!("`{name}` names no license"));
    }
    if package.rust_version.is_none() {
        faults.push(format!("`{name}` promises no rust-version"));
    }
    for (what, words) in [("keywords", &package.keywords), ("categories", &package.categories)] {
        if words.is_empty() || words.len() > MOST_WORDS {
            faults.push(format!("`{name}` has {} {what}; 1 to {MOST_WORDS} are useful", words.len()));
        }
    }
    let odd = |word: &&String| {
        word.len() > 20 || !word.chars().all(|one| one.is_ascii_alphanumeric() || "-_+".contains(one))
    };
    faults.extend(package.keywords.iter().filter(odd).map(|word| format!("`{name}`: no keyword: {word:?}")));
    faults
}
