//! The public API of each published library as text, one line per item: `docs/api/CRATE.txt`.
//!
//! A listing is reviewed like code. It shows what a change does to those who depend on a crate, and tells a release which
//! version it needs without building anything (see [`Difference::level`]).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use anyhow::{Context, Result};

use crate::program;
use crate::release::level::Level;
use crate::run::Run;
use crate::workspace::Workspace;

/// Where the listings lie, under the root.
pub const FOLDER: &str = "docs/api";

/// Set for rustdoc while it writes JSON: `xtask` then stands in for rustdoc, see [`stand_in`].
const OUTPUT: &str = "XTASK_RUSTDOC_OUTPUT";

/// Items that every type has or that the compiler adds by itself; of these only the two that users build on are kept.
const AUTO_TRAITS: &[&str] = &[
    "core::marker::Freeze",
    "core::marker::Unpin",
    "core::marker::UnsafeUnpin",
    "core::panic::unwind_safe::RefUnwindSafe",
    "core::panic::unwind_safe::UnwindSafe",
];

/// Where the listing of a crate lies, under the root, with forward slashes as git has them.
#[must_use]
pub fn path(name: &str) -> String {
    format!("{FOLDER}/{name}.txt")
}

/// The listings of all published libraries as the code is now, by crate. Builds their documentation as JSON.
///
/// # Errors
/// When a crate does not compile, or this toolchain's JSON is not the one that `public-api` reads.
pub fn current(workspace: &Workspace) -> Result<BTreeMap<String, String>> {
    let libraries: Vec<(String, String)> = workspace
        .published()
        .iter()
        .filter_map(|package| {
            let library = package.targets.iter().find(|target| target.is_lib())?;
            Some((package.name.to_string(), library.name.replace('-', "_")))
        })
        .collect();
    let output = workspace.root().join("target").join("api");
    document(workspace, &output)?;
    libraries
        .into_iter()
        .map(|(name, library)| Ok((name, listing(&output.join(format!("{library}.json")))?)))
        .collect()
}

/// The same features as `cargo xtask lint` documents with, so that what it compiled is used again.
fn document(workspace: &Workspace, output: &Path) -> Result<()> {
    let root = workspace.root();
    // Not `--workspace`: `--lib` documents also what says `doc = false`, such as a second build of a library under its own name.
    let published: Vec<&str> = workspace.published().iter().map(|package| package.name.as_str()).collect();
    let features = workspace.features_for_tests();
    let of_published =
        |feature: &&str| feature.split_once('/').is_some_and(|(package, _)| published.contains(&package));
    let features: Vec<&str> = features.iter().map(String::as_str).filter(of_published).collect();
    let features = features.join(",");
    let mut args = vec!["doc", "--no-deps", "--lib", "--quiet", "--features", &features];
    args.extend(published.iter().flat_map(|package| ["--package", package]));
    let run = as_nightly(Run::cargo(&root, &args), output)?
        .env("RUSTDOCFLAGS", "-Z unstable-options --output-format json --cap-lints allow");
    println!("documenting the workspace as JSON; a minute or two, seconds when little changed");
    let said = run.quietly()?;
    anyhow::ensure!(
        said.ok,
        "the libraries cannot be documented:\n{}\n`cargo doc --workspace --no-deps` shows more",
        said.stderr.trim_end()
    );
    Ok(())
}

/// Has this run of cargo call rustdoc as a nightly would be, and put what it writes into this folder.
///
/// # Errors
/// When our own program cannot be found.
pub fn as_nightly(run: Run, output: &Path) -> Result<Run> {
    let ourselves = program::path().context("our own program cannot be found")?;
    Ok(run.env("RUSTDOC", &ourselves.to_string_lossy()).env(OUTPUT, &output.to_string_lossy()))
}

/// If cargo called us in rustdoc's place: runs rustdoc as a nightly would be, and gives its exit code.
///
/// Only a nightly writes JSON, and a stable one that is told `RUSTC_BOOTSTRAP=1`. Told to the whole of cargo, that would
/// make build scripts choose otherwise and compile every dependency once more; so it is told to rustdoc alone. The output
/// goes to a folder of this workspace's own, since others may share its target directory.
#[must_use]
pub fn stand_in() -> Option<std::process::ExitCode> {
    let output = std::env::var_os(OUTPUT)?;
    let mut args = std::env::args_os().skip(1);
    let mut command = std::process::Command::new("rustdoc");
    command.env("RUSTC_BOOTSTRAP", "1").env_remove(OUTPUT);
    while let Some(arg) = args.next() {
        let names_output = arg == "-o" || arg == "--out-dir";
        command.arg(arg);
        if names_output && args.next().is_some() {
            command.arg(&output);
        }
    }
    match command.status() {
        Ok(status) if status.success() => Some(std::process::ExitCode::SUCCESS),
        Ok(_) => Some(std::process::ExitCode::FAILURE),
        Err(error) => {
            eprintln!("error: rustdoc cannot be started: {error}");
            Some(std::process::ExitCode::FAILURE)
        }
    }
}

fn listing(json: &Path) -> Result<String> {
    let api = public_api::Builder::from_rustdoc_json(json)
        .sorted(true)
        .omit_blanket_impls(true)
        .build()
        .with_context(|| {
            format!(
                "{} cannot be read: missing (`cargo clean --doc` makes it anew), or written by a rustdoc whose \
                 JSON `public-api` in xtask/Cargo.toml does not know: its versions go with those of Rust",
                json.display()
            )
        })?;
    let mut text = String::new();
    for item in api.items() {
        let line = item.to_string();
        if !AUTO_TRAITS.iter().any(|auto| line.contains(&format!("{auto} for "))) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    anyhow::ensure!(!text.is_empty(), "{} lists no public item at all", json.display());
    Ok(text)
}

/// What is in one listing and not in the other.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Lines that are gone. An item that changed has one here and one in `added`.
    pub removed: Vec<String>,
    /// Lines that are new.
    pub added: Vec<String>,
}

impl Difference {
    /// Compares two listings; the order of lines does not count.
    #[must_use]
    pub fn between(old: &str, new: &str) -> Self {
        let old: BTreeSet<&str> = old.lines().collect();
        let new: BTreeSet<&str> = new.lines().collect();
        let owned = |lines: Vec<&&str>| lines.into_iter().map(|line| (*line).to_owned()).collect();
        Self { removed: owned(old.difference(&new).collect()), added: owned(new.difference(&old).collect()) }
    }

    /// Whether the two say the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty()
    }

    /// The least that such a change calls for. What is added can break others too (a method that implementors must write,
    /// a variant to match): a listing does not show that, `cargo xtask release semver` does.
    #[must_use]
    pub fn level(&self) -> Level {
        if !self.removed.is_empty() {
            Level::Major
        } else if !self.added.is_empty() {
            Level::Minor
        } else {
            Level::None
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 12;
        let lines =
            self.removed.iter().map(|line| ('-', line)).chain(self.added.iter().map(|line| ('+', line)));
        for (number, (sign, line)) in lines.clone().take(SHOWN).enumerate() {
            let end = if number == 0 { "" } else { "\n" };
            write!(f, "{end}  {sign} {line}")?;
        }
        match lines.count().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_signature_is_one_item_gone_and_one_new() {
        let difference = Difference::between("pub fn a()\npub fn b()\n", "pub fn b()\npub fn a(u8)\n");
        assert_eq!(difference.removed, ["pub fn a()"]);
        assert_eq!(difference.added, ["pub fn a(u8)"]);
        assert_eq!(difference.level(), Level::Major);
        assert_eq!(difference.to_string(), "  - pub fn a()\n  + pub fn a(u8)");
    }

    #[test]
    fn the_level_of_what_is_only_new_and_of_nothing() {
        assert_eq!(Difference::between("pub fn a()\n", "pub fn a()\npub fn b()\n").level(), Level::Minor);
        assert_eq!(Difference::between("pub fn a()\n", "pub fn a()\n").level(), Level::None);
    }
}
