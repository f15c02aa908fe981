//! The public API: users of our libraries can name every type of it.
//!
//! The lint `unnameable_types` knows one crate; these checks know all. They read rustdoc's JSON, whose format
//! depends on the Rust version.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::LazyLock;

use anyhow::{Context as _, Result};
use xshell::{Cmd, cmd};

use crate::report::{Diagnostic, Outcome};
use crate::workspace::{Role, Workspace, is_published};

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

/// Crates that need no re-export: those of the standard library, and those of which signatures name only
/// traits. Users who implement such a trait depend on its crate anyway.
const KNOWN: [&str; 6] = ["alloc", "core", "std", "serde_core", "tower_layer", "tower_service"];

/// The package that names every public type, which shows that a library can reach it.
const DOWNSTREAM: &str = "downstream";

/// Set when cargo starts `xtask` in place of rustdoc, see [`run_as_rustdoc`].
const OUTPUT: &str = "XTASK_RUSTDOC_OUTPUT";

/// Path of this program. Read at start: a step may rebuild it, and then the system reports its file as
/// deleted.
static EXECUTABLE: LazyLock<Option<PathBuf>> = LazyLock::new(|| std::env::current_exe().ok());

/// The public items of each package, one line per item.
type Listings = BTreeMap<String, String>;

/// The step of `cargo xtask api`.
///
/// # Errors
/// If a crate does not compile, or `public-api` cannot read the JSON of this toolchain.
pub fn check(workspace: &Workspace) -> Result<Outcome> {
    let is_product = |package: &cargo_metadata::Package| {
        let role = workspace.roles.get(package.name.as_str());
        package.targets.iter().any(cargo_metadata::Target::is_lib)
            && is_published(package)
            && role.is_some_and(|role| *role != Role::Sandbox)
    };
    let products = workspace.members().into_iter().filter(|package| is_product(package));
    let products: Vec<&str> = products.map(|package| package.name.as_str()).collect();
    let mut listings = listings(workspace, &products)?;
    let named = listings.remove(DOWNSTREAM).unwrap_or_default();
    let mut found = foreign_crates(&listings);
    let providers: Vec<&str> = workspace.with_role(Role::Provider).collect();
    for core in workspace.with_role(Role::Core) {
        found.extend(unnamed_types(&listings, &named, core, &providers));
    }
    let items: usize = listings.values().map(|listing| listing.lines().count()).sum();
    Ok(Outcome::of(
        found,
        format!("{items} items of {} libraries: users can name every type", products.len()),
    ))
}

fn listings(workspace: &Workspace, products: &[&str]) -> Result<Listings> {
    let output = workspace.target().join("xtask/api");
    let names: Vec<&str> = products.iter().copied().chain([DOWNSTREAM]).collect();
    let packages = names.iter().flat_map(|name| ["-p", name]);
    // Features as in `cargo xtask lint`, so that its build is reused.
    let features = workspace.test_features();
    let features =
        features.split(',').filter(|one| names.iter().any(|name| one.starts_with(&format!("{name}/"))));
    let features = features.collect::<Vec<_>>().join(",");
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
        listings.insert(name.to_owned(), items.join("\n"));
    }
    Ok(listings)
}

/// Makes cargo use this program as rustdoc, with unstable features and this output folder.
///
/// # Errors
/// If the path of this program is unknown.
pub fn with_unstable_rustdoc<'a>(cargo: Cmd<'a>, output: &Path) -> Result<Cmd<'a>> {
    let ourselves = EXECUTABLE.as_ref().context("cannot determine the path of the xtask program")?;
    Ok(cargo.env("RUSTDOC", ourselves).env(OUTPUT, output))
}

/// To be called first. If cargo called this program in place of rustdoc, runs rustdoc with unstable features
/// and returns its exit code.
///
/// Rustdoc writes JSON only on nightly, or on stable with `RUSTC_BOOTSTRAP=1`. Setting that for all of cargo
/// would affect build scripts and rebuild every dependency, so only rustdoc gets it.
#[must_use]
pub fn run_as_rustdoc() -> Option<ExitCode> {
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

fn in_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == ':'
}

/// The crate of each path in a signature: `url` in `pub fn cobot::Site::authorize_url(&self) -> &url::Url`.
fn path_roots(line: &str) -> impl Iterator<Item = &str> {
    let roots = line.split(|c| !in_path(c)).filter_map(|path| path.split_once("::").map(|(root, _)| root));
    roots.filter(|root| root.starts_with(|c: char| c.is_ascii_lowercase()))
}

/// Public types of the core and the providers that [`DOWNSTREAM`] does not name.
fn unnamed_types(listings: &Listings, named: &str, core: &str, providers: &[&str]) -> Vec<Diagnostic> {
    let listing = |package: &str| listings.get(package).map_or("", String::as_str);
    let named: BTreeSet<&str> =
        named.lines().filter_map(|line| line.strip_prefix("pub use downstream::names::")).collect();
    let of_core = types(listing(core));
    let (mut wanted, mut reexported) = (BTreeSet::new(), BTreeSet::new());
    for provider in providers {
        wanted.extend(types(listing(provider)));
        // `pub use one::<<core::shared::*>>` re-exports a module as a whole.
        let uses =
            listing(provider).lines().filter_map(|line| line.strip_prefix("pub use ")?.split_once("<<"));
        for module in uses.filter_map(|(_, rest)| rest.strip_suffix("::*>>")) {
            for path in of_core.iter().filter(|path| path.starts_with(&format!("{module}::"))) {
                wanted.insert(path.replacen(module, &provider.replace('-', "_"), 1));
                reexported.insert(path);
            }
        }
    }
    wanted.extend(of_core.iter().filter(|path| !reexported.contains(path)).cloned());
    let missing = wanted.iter().filter(|path| !named.contains(path.as_str()));
    let help = "add it to tests/downstream/src/names, or make it private";
    missing.map(|path| Diagnostic::new(format!("{DOWNSTREAM} does not name `{path}`"), help)).collect()
}

/// The types and traits of all modules, without associated types.
fn types(listing: &str) -> BTreeSet<String> {
    let modules: BTreeSet<&str> = listing.lines().filter_map(|line| line.strip_prefix("pub mod ")).collect();
    let path = |line: &str| {
        let (before, item) = line.split_once("pub ")?;
        let (kind, rest) = item.split_once(' ')?;
        let is_item = before.is_empty() || before.ends_with("] ");
        let is_type = ["enum", "struct", "trait", "type", "union"].contains(&kind);
        let path = rest.split(|c| !in_path(c)).next()?.trim_end_matches(':');
        let (parent, _) = path.rsplit_once("::")?;
        (is_item && is_type && modules.contains(parent)).then(|| path.to_owned())
    };
    listing.lines().filter_map(path).collect()
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

    #[test]
    fn finds_types_that_downstream_does_not_name() {
        let core = "pub mod oauth_core\npub mod oauth_core::shared\n\
                    pub trait oauth_core::shared::Clock: core::fmt::Debug\n\
                    pub struct oauth_core::Client<P>(_)\npub type oauth_core::Client::Item = u8\npub fn oauth_core::get()";
        let one = "pub mod one\npub use one::<<oauth_core::shared::*>>\npub mod one::api\n\
                   #[non_exhaustive] pub struct one::api::Page<T>";
        let listings = listings([("oauth-core", core), ("one", one)]);
        let missing = |named: &str| -> Vec<String> {
            let found = unnamed_types(&listings, named, "oauth-core", &["one"]);
            found.into_iter().map(|one| one.message).collect()
        };
        let named =
            "pub use downstream::names::oauth_core::Client\npub use downstream::names::one::api::Page";
        assert_eq!(missing(named), ["downstream does not name `one::Clock`"]);
        assert_eq!(missing(&format!("{named}\npub use downstream::names::one::Clock")), Vec::<String>::new());
    }
}
