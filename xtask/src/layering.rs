//! Layering rules of the crates in `crates/`.
//!
//! 1. A provider crate depends on `oauth-core` and nothing heavier, and on no other provider.
//! 2. `oauth-sandbox` depends on no client crate, so that a wrong constant in a client fails a test instead
//!    of being wrong on both sides.
//!
//! `cargo deny` distinguishes neither providers from other crates nor tests from the rest, so these rules are
//! checked here.

use std::collections::BTreeSet;

use anyhow::Result;
use cargo_metadata::DependencyKind;
use xshell::cmd;

use crate::report::Diagnostic;
use crate::workspace::{CORE, SANDBOX, TESTING, Workspace, is_provider};

/// Direct dependencies of a provider crate that `oauth-core` does not have: provider, dependency, reason.
const PROVIDER_DEPENDENCIES: &[(&str, &str, &str)] = &[
    ("go1", "hmac", "Go1 signs its webhooks with HMAC-SHA256"),
    ("gocd", "quick-xml", "GoCD serves `cctray.xml`, the only XML among the four providers"),
];

/// Crates that a client crate must never depend on: web frameworks, databases, command line parsers, C
/// libraries built from source, test tools.
pub(crate) const HEAVY_CRATES: [&str; 16] = [
    "actix-web",
    "aws-lc-sys",
    "axum",
    "clap",
    "diesel",
    "httpmock",
    "insta",
    "openssl-src",
    "proptest",
    "redis",
    "rusqlite",
    "sqlx",
    "sqlx-core",
    "tokio-postgres",
    "trybuild",
    "warp",
];

/// Tokio features that only a program may enable, not a library.
const HEAVY_TOKIO_FEATURES: [&str; 5] = ["full", "rt-multi-thread", "process", "signal", "test-util"];

/// A crate in `crates/`.
#[derive(Debug, Clone)]
struct Crate {
    name: String,
    /// Dependencies in its manifest, for every platform, optional or not, and whether each is for tests only.
    declared: Vec<(String, bool)>,
    /// Packages in its dependency tree with all features, and the enabled features of each: normal
    /// dependencies, which users get, and for the sandbox also those for builds and tests.
    tree: BTreeSet<(String, String)>,
}

/// All violations in a workspace.
pub(crate) fn violations(workspace: &Workspace) -> Result<Vec<Diagnostic>> {
    let mut crates = Vec::new();
    for package in workspace.crates() {
        let kinds = if package.name == SANDBOX { "normal,build,dev" } else { "normal" };
        let id = &package.id.repr;
        let tree =
            cmd!(workspace.shell, "cargo tree -p {id} -e {kinds} --all-features --prefix none -f '{p}|{f}'");
        let declared = package.dependencies.iter();
        let declared = declared.map(|one| (one.name.clone(), one.kind == DependencyKind::Development));
        crates.push(Crate {
            name: package.name.to_string(),
            declared: declared.collect(),
            tree: tree_lines(&tree.quiet().read()?),
        });
    }
    Ok(violations_of(&crates))
}

/// Parses lines such as `serde v1.0.229|default,derive (*)`.
fn tree_lines(output: &str) -> BTreeSet<(String, String)> {
    let line = |line: &str| {
        let (package, features) = line.trim_end_matches(" (*)").split_once('|')?;
        Some((package.split(' ').next()?.to_owned(), features.to_owned()))
    };
    output.lines().filter_map(line).collect()
}

/// Crates in `crates/` that a crate may depend on: always, and in its tests. `None` if there is no rule.
fn allowed(name: &str) -> Option<(&'static [&'static str], &'static [&'static str])> {
    match name {
        CORE => Some((&[], &[SANDBOX, TESTING])),
        SANDBOX => Some((&[], &[])),
        TESTING => Some((&[CORE, SANDBOX], &[])),
        name if is_provider(name) => Some((&[CORE], &[SANDBOX, TESTING])),
        _ => None,
    }
}

fn violations_of(crates: &[Crate]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let names: BTreeSet<&str> = crates.iter().map(|one| one.name.as_str()).collect();
    let core = crates.iter().find(|one| one.name == CORE);
    for one in crates {
        let name = one.name.as_str();
        let Some((always, in_tests)) = allowed(name) else { continue };
        let tree = format!("cargo tree -p {name} -e normal,build,dev --all-features -i");
        let indirect = one.tree.iter().map(|(other, _)| (other.as_str(), false));
        let declared = one.declared.iter().map(|(other, dev)| (other.as_str(), *dev));
        let forbidden = declared.chain(indirect).filter(|(other, dev)| {
            let may_depend = always.contains(other) || (*dev && in_tests.contains(other));
            *other != name && names.contains(other) && !may_depend
        });
        for other in forbidden.map(|(other, _)| other).collect::<BTreeSet<_>>() {
            let message = format!("`{name}` depends on `{other}`, which the layering does not allow");
            let help = format!(
                "remove it from crates/{name}/Cargo.toml, move shared code to oauth-core; `{tree} {other}`"
            );
            found.push(Diagnostic::new(message, help));
        }
        if name != CORE && !is_provider(name) {
            continue;
        }
        for (other, features) in &one.tree {
            if HEAVY_CRATES.contains(&other.as_str()) {
                let help = format!("remove it; `{tree} {other}` shows who needs it");
                found.push(Diagnostic::new(format!("`{name}` adds `{other}` to its users' builds"), help));
            }
            let heavy = features.split(',').find(|feature| HEAVY_TOKIO_FEATURES.contains(feature));
            if let Some(heavy) = heavy.filter(|_| other == "tokio") {
                let message = format!("`{name}` enables tokio's feature `{heavy}`, which a program chooses");
                found.push(Diagnostic::new(message, format!("remove it; `{tree} tokio -f '{{p}} {{f}}'`")));
            }
        }
        let Some(core) = core.filter(|_| is_provider(name)) else { continue };
        for (other, _) in one.declared.iter().filter(|(_, dev)| !dev) {
            let in_core = core.tree.iter().any(|(package, _)| package == other);
            let has_reason = PROVIDER_DEPENDENCIES
                .iter()
                .any(|(provider, package, _)| *provider == name && package == other);
            if !in_core && !has_reason && !names.contains(other.as_str()) {
                let message = format!("`{name}` depends on `{other}`, which oauth-core does not");
                let help =
                    "remove it, or add it with a reason to PROVIDER_DEPENDENCIES in xtask/src/layering.rs";
                found.push(Diagnostic::new(message, help));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn one(name: &str, declared: &[(&str, bool)], tree: &str) -> Crate {
        let declared = declared.iter().map(|(other, dev)| ((*other).to_owned(), *dev)).collect();
        Crate { name: name.to_owned(), declared, tree: tree_lines(tree) }
    }

    /// Violations of crates that have none, after a change of the named one.
    fn violations_after(name: &str, change: impl FnOnce(&mut Crate)) -> Vec<Diagnostic> {
        let mut crates = [
            one(CORE, &[("tokio", false), (SANDBOX, true)], "tokio v1.54.1|time (*)\nurl v2.5.0|\n"),
            one("cobot", &[(CORE, false), ("url", false), ("insta", true)], "oauth-core v0.1.0|\n"),
            one("gocd", &[(CORE, false), ("quick-xml", false)], "quick-xml v0.42.0|\n"),
            one(SANDBOX, &[("axum", false)], "axum v0.8.0|\ninsta v1.0.0|\n"),
            one(TESTING, &[(CORE, false)], "oauth-core v0.1.0|\n"),
            one("oauth-cli", &[("cobot", false), ("clap", false)], "cobot v0.1.0|\n"),
        ];
        change(crates.iter_mut().find(|one| one.name == name).unwrap());
        violations_of(&crates)
    }

    #[test]
    fn workspace_has_no_violations() {
        let workspace = Workspace::around(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert_eq!(violations(&workspace).unwrap(), []);
    }

    #[test]
    fn finds_each_forbidden_dependency() {
        assert_eq!(violations_after(CORE, |_| ()), []);
        for (name, other, dev) in [
            ("cobot", "gocd", false),
            ("cobot", "gocd", true),
            ("cobot", SANDBOX, false),
            ("cobot", TESTING, false),
            ("cobot", "quick-xml", false),
            (CORE, "gocd", true),
            (SANDBOX, CORE, false),
            (SANDBOX, CORE, true),
            (SANDBOX, TESTING, true),
            (TESTING, "gocd", false),
        ] {
            let found = violations_after(name, |one| one.declared.push((other.to_owned(), dev)));
            assert_eq!(found.len(), 1, "{name} {other} {dev}: {found:?}");
            assert!(found[0].message.starts_with(&format!("`{name}` depends on `{other}`")), "{}", found[0]);
        }
    }

    #[test]
    fn finds_each_forbidden_indirect_dependency() {
        for (name, line, part) in [
            ("cobot", "gocd v0.1.0|", "`cobot` depends on `gocd`"),
            ("gocd", "axum v0.8.0|", "`gocd` adds `axum`"),
            (CORE, "tokio v1.54.1|full,time", "tokio's feature `full`"),
            (SANDBOX, "oauth-core v0.1.0|", "`oauth-sandbox` depends on `oauth-core`"),
        ] {
            let found = violations_after(name, |one| one.tree.extend(tree_lines(line)));
            assert_eq!(found.len(), 1, "{name} {line}: {found:?}");
            assert!(found[0].message.contains(part) && found[0].help.contains("cargo tree"), "{}", found[0]);
        }
    }
}
