//! Checks that `tests/downstream` names every public type, which shows that a library can reach it.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;

/// The package that names every public type.
pub const PACKAGE: &str = "downstream";

/// Finds public types that [`PACKAGE`] does not name. `listings` has the public items of each package.
#[must_use]
pub fn missing(listings: &BTreeMap<String, String>, core: &str, providers: &[&str]) -> Vec<Diagnostic> {
    let listing = |package: &str| listings.get(package).map_or("", String::as_str);
    let named: BTreeSet<&str> = listing(PACKAGE)
        .lines()
        .filter_map(|line| line.strip_prefix("pub use downstream::names::"))
        .collect();
    let of_core = types(listing(core));
    let mut wanted = BTreeSet::new();
    let mut reexported = BTreeSet::new();
    for provider in providers {
        wanted.extend(types(listing(provider)));
        for module in glob_reexports(listing(provider)) {
            let below = of_core.iter().filter(|path| path.starts_with(&format!("{module}::")));
            wanted.extend(below.clone().map(|path| path.replacen(module, &provider.replace('-', "_"), 1)));
            reexported.extend(below);
        }
    }
    wanted.extend(of_core.iter().filter(|path| !reexported.contains(path)).cloned());
    wanted.retain(|path| !named.contains(path.as_str()));
    let diagnostic = |path: &String| {
        Diagnostic::new(
            format!("{PACKAGE} does not name `{path}`"),
            format!("add it to tests/{PACKAGE}/src/names, or make it private"),
        )
    };
    wanted.iter().map(diagnostic).collect()
}

/// The modules that a crate re-exports as a whole: `core::shared` of `pub use one::<<core::shared::*>>`.
fn glob_reexports(listing: &str) -> impl Iterator<Item = &str> {
    let uses = listing.lines().filter(|line| line.starts_with("pub use "));
    uses.filter_map(|line| line.split_once("<<")?.1.strip_suffix("::*>>"))
}

/// The types and traits of all modules, without associated types.
fn types(listing: &str) -> Vec<String> {
    let modules: BTreeSet<&str> = listing.lines().filter_map(|line| line.strip_prefix("pub mod ")).collect();
    let mut found = BTreeSet::new();
    for line in listing.lines() {
        let item = line.split_once("pub ").filter(|(before, _)| before.is_empty() || before.ends_with("] "));
        let Some((kind, rest)) = item.and_then(|(_, item)| item.split_once(' ')) else { continue };
        if !["enum", "struct", "trait", "type", "union"].contains(&kind) {
            continue;
        }
        let in_path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
        let path = rest.split(|c| !in_path(c)).next().unwrap_or_default().trim_end_matches(':');
        if path.rsplit_once("::").is_some_and(|(parent, _)| modules.contains(parent)) {
            found.insert(path.to_owned());
        }
    }
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_types_that_are_not_named() {
        let core = "pub mod oauth_core\npub mod oauth_core::shared\npub trait oauth_core::shared::Clock: core::fmt::Debug\n\
                    pub struct oauth_core::Client<P>(_)\npub type oauth_core::Client::Item = u8\npub fn oauth_core::get()";
        let one = "pub mod one\npub use one::<<oauth_core::shared::*>>\npub mod one::api\n#[non_exhaustive] pub struct one::api::Page<T>";
        let named = "pub use downstream::names::oauth_core::Client\npub use downstream::names::one::Clock";
        let listings = [("oauth-core", core), ("one", one), (PACKAGE, named)];
        let listings: BTreeMap<String, String> =
            listings.map(|(package, lines)| (package.to_owned(), lines.to_owned())).into();
        let found = missing(&listings, "oauth-core", &["one"]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].message.contains("`one::api::Page`"), "{}", found[0]);

        let mut without_clock = listings;
        without_clock.insert(PACKAGE.to_owned(), named.lines().take(1).collect());
        let found = missing(&without_clock, "oauth-core", &["one"]);
        assert!(found.iter().any(|one| one.message.contains("`one::Clock`")), "{found:?}");
    }
}
