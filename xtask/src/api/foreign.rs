//! Foreign crates in public signatures: users must be able to name each type through a re-export.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;

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

/// Crates of which signatures name only traits. Users who implement such a trait depend on its crate anyway.
const TRAITS: &[&str] = &["serde_core", "tower_layer", "tower_service"];

const STD: &[&str] = &["alloc", "core", "std"];

/// Finds public signatures that name a crate without a re-export. `listings` has the public items of each
/// package.
#[must_use]
pub fn in_signatures(listings: &BTreeMap<String, String>) -> Vec<Diagnostic> {
    let libraries: BTreeMap<String, &str> =
        listings.iter().map(|(package, listing)| (package.replace('-', "_"), listing.as_str())).collect();
    let mut diagnostics = Vec::new();
    for (package, listing) in listings {
        let library = package.replace('-', "_");
        let mut known: BTreeSet<&str> = [STD, TRAITS, &[library.as_str()]].concat().into_iter().collect();
        let exported = exported(&library, &libraries);
        for line in listing.lines() {
            for root in roots(line) {
                // Reported once per crate, with the first signature.
                if !known.insert(root) {
                    continue;
                }
                let public = PUBLIC.iter().find(|(foreign, _)| *foreign == root).map(|(_, name)| *name);
                let name = if libraries.contains_key(root) { Some(root) } else { public };
                let help = match name {
                    Some(name) if exported.contains(name) => continue,
                    Some(name) => format!("re-export it as `{name}` in the lib.rs of `{package}`"),
                    None => {
                        "use a type of ours instead, or add the crate to PUBLIC in xtask/src/api/foreign.rs"
                            .to_owned()
                    }
                };
                let message = format!("`{package}` names `{root}` without re-exporting it: {line}");
                diagnostics.push(Diagnostic::new(message, help));
            }
        }
    }
    diagnostics
}

/// The re-exports of a library, and of our own libraries that it re-exports.
fn exported<'a>(library: &'a str, libraries: &BTreeMap<String, &'a str>) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    let mut left = vec![library];
    while let Some(library) = left.pop() {
        let prefix = format!("pub use {library}::");
        let listing: &'a str = libraries.get(library).copied().unwrap_or_default();
        let new =
            listing.lines().filter_map(|line| line.strip_prefix(&prefix)).filter(|name| names.insert(*name));
        left.extend(new);
    }
    names
}

/// The crate of each path in a signature: `url` in `pub fn cobot::Site::authorize_url(&self) -> &url::Url`.
fn roots(line: &str) -> impl Iterator<Item = &str> {
    let in_path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    line.split(move |c| !in_path(c))
        .filter_map(|path| path.split_once("::").map(|(root, _)| root))
        .filter(|root| root.starts_with(|c: char| c.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(listings: [(&str, &str); 2]) -> Vec<Diagnostic> {
        in_signatures(&listings.map(|(package, lines)| (package.to_owned(), lines.to_owned())).into())
    }

    #[test]
    fn finds_crates_without_reexport() {
        let core =
            "pub mod a_core\npub use a_core::url\npub fn a_core::get(&url::Url) -> core::option::Option<u8>";
        let web = "pub mod web\npub fn web::start(a_core::Client<Self::Site>) -> <T as web::Begin>::Started";
        let one = found([("a-core", core), ("web", web)]);
        assert_eq!(one.len(), 1, "{one:?}");
        assert!(one[0].message.starts_with("`web` names `a_core` without"), "{}", one[0]);

        let web = format!(
            "{web}\npub use web::a_core\npub fn web::of(url::Url, http::uri::Uri, dyn secrecy::Secret)"
        );
        let two = found([("a-core", core), ("web", &web)]);
        assert_eq!(two.len(), 2, "{two:?}");
        assert!(two[0].message.contains("`http`") && two[0].help.contains("as `http`"), "{}", two[0]);
        assert!(two[1].message.contains("`secrecy`") && two[1].help.contains("PUBLIC"), "{}", two[1]);
    }

    #[test]
    fn accepts_traits_without_reexport() {
        let lines = "impl serde_core::ser::Serialize for one::Page\npub fn one::json<T: serde_core::de::DeserializeOwned>()";
        assert_eq!(found([("one", lines), ("two", "pub mod two")]), []);
    }
}
