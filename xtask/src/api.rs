//! The public API of each published library as text, one line per item: `docs/api/CRATE.txt`.
//!
//! Listings are reviewed like code: they show how a change affects dependent crates. [`Difference::level`]
//! derives the required version bump from them without building anything.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use anyhow::{Context, Result};

use crate::program;
use crate::release::level::Level;
use crate::run::Run;
use crate::workspace::Workspace;

/// Folder of the listings, relative to the workspace root.
pub const FOLDER: &str = "docs/api";

/// Set when cargo starts `xtask` in place of rustdoc to write JSON, see [`run_as_rustdoc`].
const OUTPUT: &str = "XTASK_RUSTDOC_OUTPUT";

/// Auto traits left out of the listings. `Send` and `Sync` are kept, because users rely on them.
const AUTO_TRAITS: &[&str] = &[
    "core::marker::Freeze",
    "core::marker::Unpin",
    "core::marker::UnsafeUnpin",
    "core::panic::unwind_safe::RefUnwindSafe",
    "core::panic::unwind_safe::UnwindSafe",
];

/// Path of a crate's listing, relative to the workspace root, with forward slashes as in git.
#[must_use]
pub fn path(name: &str) -> String {
    format!("{FOLDER}/{name}.txt")
}

/// Generates the listings of all published libraries from rustdoc's JSON, by crate name.
///
/// # Errors
/// If a crate does not compile, or `public-api` cannot read the JSON of this toolchain.
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

/// Uses the same features as `cargo xtask lint`, so that its build is reused.
fn document(workspace: &Workspace, output: &Path) -> Result<()> {
    let root = workspace.root();
    // Not `--workspace`: `--lib` would also document libraries with `doc = false`.
    let published: Vec<&str> = workspace.published().iter().map(|package| package.name.as_str()).collect();
    let features = workspace.features_for_tests();
    let of_published =
        |feature: &&str| feature.split_once('/').is_some_and(|(package, _)| published.contains(&package));
    let features: Vec<&str> = features.iter().map(String::as_str).filter(of_published).collect();
    let features = features.join(",");
    let mut args = vec!["doc", "--no-deps", "--lib", "--quiet", "--features", &features];
    args.extend(published.iter().flat_map(|package| ["--package", package]));
    let run = with_json_rustdoc(Run::cargo(&root, &args), output)?
        .env("RUSTDOCFLAGS", "-Z unstable-options --output-format json --cap-lints allow");
    println!("documenting the workspace as JSON (up to two minutes; seconds when little changed)");
    let output_text = run.capture()?;
    anyhow::ensure!(
        output_text.ok,
        "rustdoc failed:\n{}\nhelp: run `cargo doc --workspace --no-deps` for details",
        output_text.stderr.trim_end()
    );
    Ok(())
}

/// Makes this cargo run use `xtask` as rustdoc, with unstable features, and write its output to `output`.
///
/// # Errors
/// If the path of this program is unknown.
pub fn with_json_rustdoc(run: Run, output: &Path) -> Result<Run> {
    let ourselves = program::path().context("cannot determine the path of the xtask program")?;
    Ok(run.env("RUSTDOC", &ourselves.to_string_lossy()).env(OUTPUT, &output.to_string_lossy()))
}

/// Runs rustdoc with unstable features if cargo called this program in its place, and returns the exit code.
///
/// Rustdoc writes JSON only on nightly, or on stable with `RUSTC_BOOTSTRAP=1`. Setting that for all of cargo
/// would affect build scripts and rebuild every dependency, so only rustdoc gets it. The output goes to a
/// folder of this workspace, because the target directory may be shared.
#[must_use]
pub fn run_as_rustdoc() -> Option<std::process::ExitCode> {
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
            eprintln!("error: cannot start rustdoc: {error}");
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
                "cannot read {}: it is missing, or written by a rustdoc that `public-api` does not support\n\
                help: run `cargo clean --doc`, or update `public-api` in xtask/Cargo.toml with the toolchain",
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
    anyhow::ensure!(!text.is_empty(), "{} contains no public item", json.display());
    Ok(text)
}

/// The lines that differ between two listings.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Lines only in the old listing. A changed item has one line here and one in `added`.
    pub removed: Vec<String>,
    /// Lines only in the new listing.
    pub added: Vec<String>,
}

impl Difference {
    /// Compares two listings, ignoring the order of lines.
    #[must_use]
    pub fn between(old: &str, new: &str) -> Self {
        let old: BTreeSet<&str> = old.lines().collect();
        let new: BTreeSet<&str> = new.lines().collect();
        let owned = |lines: Vec<&&str>| lines.into_iter().map(|line| (*line).to_owned()).collect();
        Self { removed: owned(old.difference(&new).collect()), added: owned(new.difference(&old).collect()) }
    }

    /// True if the listings have the same lines.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty()
    }

    /// The smallest version bump for this difference. An addition can break others too (a required trait
    /// method, an enum variant); only `cargo xtask release semver` detects that.
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
    fn changed_signature_is_one_removal_and_one_addition() {
        let difference = Difference::between("pub fn a()\npub fn b()\n", "pub fn b()\npub fn a(u8)\n");
        assert_eq!(difference.removed, ["pub fn a()"]);
        assert_eq!(difference.added, ["pub fn a(u8)"]);
        assert_eq!(difference.level(), Level::Major);
        assert_eq!(difference.to_string(), "  - pub fn a()\n  + pub fn a(u8)");
    }

    #[test]
    fn level_of_additions_and_of_no_change() {
        assert_eq!(Difference::between("pub fn a()\n", "pub fn a()\npub fn b()\n").level(), Level::Minor);
        assert_eq!(Difference::between("pub fn a()\n", "pub fn a()\n").level(), Level::None);
    }
}
