//! The public API: each library re-exports the crates whose types its signatures name.
//!
//! The lint `unnameable_types` finds unreachable types of one crate; this check knows the other crates. It
//! reads rustdoc's JSON, whose format depends on the Rust version.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::LazyLock;

use anyhow::{Context as _, Result};
use xshell::{Cmd, cmd};

use crate::report::{Diagnostic, Outcome};
use crate::workspace::{SANDBOX, Workspace};

/// Crates whose types are part of our API, with the name of the re-export. A major version of one is a major
/// version of ours.
const PUBLIC: &[(&str, &str)] = &[
    ("axum", "axum"),
    // axum re-exports its types.
    ("axum_core", "axum"),
    ("chrono", "chrono"),
    ("http", "http"),
    ("reqwest", "reqwest_0_13"),
    ("serde_json", "serde_json"),
    ("url", "url"),
];

/// Roots that need no re-export: the crates of the standard library, those of which signatures name only
/// traits, and primitive types that a trait of ours is implemented for. Users who implement such a trait depend
/// on its crate anyway.
#[rustfmt::skip] // the primitive types in a line of their own
const KNOWN: [&str; 17] = [
    "alloc", "core", "std", "futures_core", "serde_core", "tower_layer", "tower_service",
    "bool", "char", "str", "f64", "i64", "u8", "u16", "u32", "u64", "usize",
];

/// Set when cargo starts `xtask` in place of rustdoc, see [`run_as_rustdoc`].
const OUTPUT: &str = "XTASK_RUSTDOC_OUTPUT";

/// Path of this program. Read at start: a step may rebuild it, and then the system reports its file as
/// deleted.
static EXECUTABLE: LazyLock<Option<PathBuf>> = LazyLock::new(|| std::env::current_exe().ok());

/// The public items of each package, one line per item.
type Listings = BTreeMap<String, String>;

/// The step of `cargo xtask api`.
pub(crate) fn check(workspace: &Workspace) -> Result<Outcome> {
    let published = workspace.published().into_iter();
    let is_library = |package: &&cargo_metadata::Package| {
        package.name != SANDBOX && package.targets.iter().any(cargo_metadata::Target::is_lib)
    };
    let names: Vec<&str> = published.filter(is_library).map(|package| package.name.as_str()).collect();
    let listings = listings(workspace, &names)?;
    let items: usize = listings.values().map(|listing| listing.lines().count()).sum();
    let note = format!("{items} items of {} libraries: users can name every type", names.len());
    Ok(Outcome::of(foreign_crates(&listings), note))
}

fn listings(workspace: &Workspace, names: &[&str]) -> Result<Listings> {
    let output = workspace.target().join("xtask/api");
    let packages = names.iter().flat_map(|name| ["-p", name]);
    // Features as in `cargo xtask lint`, so that its build is reused.
    let features = workspace.test_features_of(names);
    let doc = cmd!(workspace.shell, "cargo doc --no-deps --lib --quiet {packages...} --features {features}");
    let flags = "-Z unstable-options --output-format json --cap-lints allow";
    with_unstable_rustdoc(doc, &output)?.env("RUSTDOCFLAGS", flags).run()?;
    let mut listings = Listings::new();
    for name in names {
        let json = output.join(format!("{}.json", name.replace('-', "_")));
        let api = public_api::Builder::from_rustdoc_json(&json)
            .omit_blanket_impls(true)
            .omit_auto_trait_impls(true);
        let api = api.build().with_context(|| {
            format!(
                "cannot read {}\nhelp: run `cargo clean --doc`, or update `public-api` in xtask/Cargo.toml",
                json.display()
            )
        })?;
        let items: Vec<String> = api.items().map(ToString::to_string).collect();
        anyhow::ensure!(!items.is_empty(), "{} contains no public item", json.display());
        listings.insert((*name).to_owned(), items.join("\n"));
    }
    Ok(listings)
}

/// Makes cargo use this program as rustdoc, with unstable features and this output folder.
pub(crate) fn with_unstable_rustdoc<'a>(cargo: Cmd<'a>, output: &Path) -> Result<Cmd<'a>> {
    let ourselves = EXECUTABLE.as_ref().context("cannot determine the path of the xtask program")?;
    Ok(cargo.env("RUSTDOC", ourselves).env(OUTPUT, output))
}

/// To be called first. If cargo called this program in place of rustdoc, runs rustdoc with unstable features
/// and returns its exit code.
///
/// Rustdoc writes JSON only on nightly, or on stable with `RUSTC_BOOTSTRAP=1`. Setting that for all of cargo
/// would affect build scripts and rebuild every dependency, so only rustdoc gets it.
pub(crate) fn run_as_rustdoc() -> Option<ExitCode> {
    LazyLock::force(&EXECUTABLE);
    let output = std::env::var_os(OUTPUT)?;
    let mut command = Command::new("rustdoc");
    command.env("RUSTC_BOOTSTRAP", "1").env_remove(OUTPUT);
    let mut args = std::env::args_os().skip(1);
    while let Some(arg) = args.next() {
        let names_output = arg == "-o" || arg == "--out-dir";
        command.arg(arg);
        if names_output && args.next().is_some() {
            command.arg(&output);
        }
    }
    let succeeded = command.status().is_ok_and(|status| status.success());
    Some(if succeeded { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Public signatures that name a crate without a re-export.
fn foreign_crates(listings: &Listings) -> Vec<Diagnostic> {
    let libraries: BTreeMap<String, &str> =
        listings.iter().map(|(package, listing)| (package.replace('-', "_"), listing.as_str())).collect();
    let mut found = Vec::new();
    for (library, listing) in &libraries {
        let mut known: BTreeSet<&str> = KNOWN.into_iter().chain([library.as_str()]).collect();
        let exported = exported(library, &libraries);
        for line in listing.lines() {
            for root in path_roots(line) {
                // Reported once per crate, with the first signature.
                if !known.insert(root) {
                    continue;
                }
                let public = PUBLIC.iter().find(|(foreign, _)| *foreign == root).map(|(_, name)| *name);
                let name = if libraries.contains_key(root) { Some(root) } else { public };
                let help = match name {
                    Some(name) if exported.contains(name) => continue,
                    Some(name) => format!("re-export it as `{name}` in the lib.rs of `{library}`"),
                    None => "use a type of ours instead, or add the crate to PUBLIC in xtask/src/api.rs"
                        .to_owned(),
                };
                let message = format!("`{library}` names `{root}` without re-exporting it: {line}");
                found.push(Diagnostic::new(message, help));
            }
        }
    }
    found
}

/// The re-exports of a library, and of our own libraries that it re-exports.
fn exported<'a>(library: &'a str, libraries: &BTreeMap<String, &'a str>) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    let mut left = vec![library];
    while let Some(library) = left.pop() {
        let prefix = format!("pub use {library}::");
        let listing: &'a str = libraries.get(library).copied().unwrap_or_default();
        left.extend(
            listing.lines().filter_map(|line| line.strip_prefix(&prefix)).filter(|name| names.insert(*name)),
        );
    }
    names
}

/// The crate of each path in a signature: `url` in `pub fn cobot::Site::authorize_url(&self) -> &url::Url`.
fn path_roots(line: &str) -> impl Iterator<Item = &str> {
    let in_path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let roots =
        line.split(move |c| !in_path(c)).filter_map(|path| path.split_once("::").map(|(root, _)| root));
    roots.filter(|root| root.starts_with(|c: char| c.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listings(all: [(&str, &str); 2]) -> Listings {
        all.map(|(package, lines)| (package.to_owned(), lines.to_owned())).into()
    }

    #[test]
    fn finds_crates_without_reexport() {
        let core =
            "pub mod a_core\npub use a_core::url\npub fn a_core::get(&url::Url) -> core::option::Option<u8>";
        let web = "pub mod web\npub fn web::start(a_core::Client<Self::Site>) -> <T as web::Begin>::Started\n\
                   impl serde_core::ser::Serialize for web::Page";
        let one = foreign_crates(&listings([("a-core", core), ("web", web)]));
        assert_eq!(one.len(), 1, "{one:?}");
        assert!(one[0].message.starts_with("`web` names `a_core` without"), "{}", one[0]);

        let web = format!(
            "{web}\npub use web::a_core\npub fn web::of(url::Url, http::uri::Uri, dyn secrecy::Secret)"
        );
        let two = foreign_crates(&listings([("a-core", core), ("web", &web)]));
        assert_eq!(two.len(), 2, "{two:?}");
        assert!(two[0].message.contains("`http`") && two[0].help.contains("as `http`"), "{}", two[0]);
        assert!(two[1].message.contains("`secrecy`") && two[1].help.contains("PUBLIC"), "{}", two[1]);
    }
}
