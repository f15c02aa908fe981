//! Layering rules of the workspace.
//!
//! 1. A provider crate depends on `oauth-core` and nothing heavier, and on no other provider.
//! 2. `oauth-sandbox` depends on no client crate, so that a wrong constant in a client fails a test instead
//!    of being wrong on both sides.
//!
//! `cargo deny` knows no roles and no features, so these rules are checked here.

use std::collections::BTreeSet;

use anyhow::Result;
use cargo_metadata::DependencyKind;
use xshell::cmd;

use crate::report::Diagnostic;
use crate::workspace::{Role, Roles, Workspace};

/// Location of the roles, for messages.
const ROLES_TABLE: &str = "[workspace.metadata.roles] in Cargo.toml";

/// Direct dependencies of a provider crate that `oauth-core` does not have: provider, dependency, reason.
const PROVIDER_DEPENDENCIES: &[(&str, &str, &str)] = &[
    ("go1", "hmac", "Go1 signs its webhooks with HMAC-SHA256"),
    ("gocd", "quick-xml", "GoCD serves `cctray.xml`, the only XML among the four providers"),
];

/// Crates that a client crate must never depend on: web frameworks, databases, command line parsers, C
/// libraries built from source, test tools.
pub const HEAVY_CRATES: [&str; 16] = [
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
#[derive(Debug, Clone, Default)]
struct Crate {
    name: String,
    /// Dependencies in its manifest, for every platform, optional or not, and whether each is for tests only.
    declared: Vec<(String, bool)>,
    /// Packages in its dependency tree with all features, and the enabled features of each: normal
    /// dependencies, which users get, and for the sandbox also those for builds and tests.
    tree: Vec<(String, String)>,
}

/// All violations in a workspace, including missing and unlisted crates.
///
/// # Errors
/// If cargo cannot resolve the workspace.
pub fn violations(workspace: &Workspace) -> Result<Vec<Diagnostic>> {
    let shell = &workspace.shell;
    let mut found = Vec::new();
    let mut crates = Vec::new();
    for path in shell.read_dir("crates")?.iter().filter(|path| path.is_dir()) {
        let members = workspace.members();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(package) = members.into_iter().find(|package| {
            package.name.as_str() == name && package.manifest_path == path.join("Cargo.toml").as_path()
        }) else {
            let help = format!("remove the folder, or name the package `{name}` in its Cargo.toml");
            found.push(Diagnostic::new(format!("crates/{name} is not a crate of that name"), help));
            continue;
        };
        let role = workspace.roles.get(&*name);
        let kinds = if role == Some(&Role::Sandbox) { "normal,build,dev" } else { "normal" };
        let id = &package.id.repr;
        let tree = cmd!(shell, "cargo tree -p {id} -e {kinds} --all-features --prefix none -f '{p}|{f}'");
        crates.push(Crate {
            name: name.to_string(),
            declared: package
                .dependencies
                .iter()
                .map(|dependency| (dependency.name.clone(), dependency.kind == DependencyKind::Development))
                .collect(),
            tree: tree_lines(&tree.quiet().read()?),
        });
    }
    found.extend(violations_of(&workspace.roles, &crates));
    Ok(found)
}

/// Parses lines such as `serde v1.0.229|default,derive (*)`.
fn tree_lines(output: &str) -> Vec<(String, String)> {
    let line = |line: &str| {
        let (package, features) = line.trim_end_matches(" (*)").split_once('|')?;
        Some((package.split(' ').next()?.to_owned(), features.to_owned()))
    };
    let unique: BTreeSet<_> = output.lines().filter_map(line).collect();
    unique.into_iter().collect()
}

fn violations_of(roles: &Roles, crates: &[Crate]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for name in roles.keys().filter(|name| !crates.iter().any(|one| one.name == **name)) {
        let help = format!("restore crates/{name}, or remove it from {ROLES_TABLE}");
        found.push(Diagnostic::new(format!("the listed crate `{name}` does not exist"), help));
    }
    let core = crates.iter().find(|one| roles.get(&one.name) == Some(&Role::Core));
    for one in crates {
        let name = &one.name;
        let Some(role) = roles.get(name).copied() else {
            let message = format!("`{name}` has no role, so its layering is not checked");
            found.push(Diagnostic::new(message, format!("add it to {ROLES_TABLE}")));
            continue;
        };
        let tree = format!("cargo tree -p {name} -e normal,build,dev --all-features -i");
        for other in forbidden_crates(roles, role, one) {
            let message = format!("`{name}` depends on `{other}`, which its role does not allow");
            let help = format!(
                "remove it from crates/{name}/Cargo.toml, move shared code to oauth-core; `{tree} {other}`"
            );
            found.push(Diagnostic::new(message, help));
        }
        if !matches!(role, Role::Core | Role::Provider) {
            continue;
        }
        for (heavy, _) in one.tree.iter().filter(|(other, _)| HEAVY_CRATES.contains(&other.as_str())) {
            let message = format!("`{name}` adds `{heavy}` to its users' builds");
            found.push(Diagnostic::new(message, format!("remove it; `{tree} {heavy}` shows who needs it")));
        }
        for (_, features) in one.tree.iter().filter(|(other, _)| other == "tokio") {
            for heavy in features.split(',').filter(|feature| HEAVY_TOKIO_FEATURES.contains(feature)) {
                let message = format!("`{name}` enables tokio's feature `{heavy}`, which a program chooses");
                found.push(Diagnostic::new(message, format!("remove it; `{tree} tokio -f '{{p}} {{f}}'`")));
            }
        }
        let Some(core) = core.filter(|_| role == Role::Provider) else { continue };
        for (other, _) in one.declared.iter().filter(|(_, dev)| !dev) {
            let in_core = core.tree.iter().any(|(package, _)| package == other);
            let has_reason = PROVIDER_DEPENDENCIES
                .iter()
                .any(|(provider, package, _)| provider == name && package == other);
            if !in_core && !has_reason && !roles.contains_key(other) {
                let message = format!("`{name}` depends on `{other}`, which oauth-core does not");
                let help =
                    "remove it, or add it with a reason to PROVIDER_DEPENDENCIES in xtask/src/layering.rs";
                found.push(Diagnostic::new(message, help));
            }
        }
    }
    found
}

/// Crates of this workspace that a crate depends on, directly or not, against the rules.
fn forbidden_crates(roles: &Roles, role: Role, one: &Crate) -> BTreeSet<String> {
    let tree = one.tree.iter().map(|(other, _)| (other, false));
    let all = one.declared.iter().map(|(other, dev)| (other, *dev)).chain(tree);
    all.filter(|(other, dev)| {
        **other != one.name && roles.get(*other).is_some_and(|other| !may_depend(role, *other, *dev))
    })
    .map(|(other, _)| other.clone())
    .collect()
}

/// True if a crate may depend on another one; `dev` in its tests only.
fn may_depend(role: Role, on: Role, dev: bool) -> bool {
    match (role, on) {
        (Role::Other, _) | (Role::Provider, Role::Core) => true,
        (Role::Core | Role::Provider, Role::Sandbox | Role::Testing) => dev,
        (Role::Testing, other) => !matches!(other, Role::Provider | Role::Other),
        (Role::Sandbox, other) => other == Role::Other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, declared: &[(&str, bool)], tree: &[(&str, &str)]) -> Crate {
        Crate {
            name: name.to_owned(),
            declared: declared.iter().map(|(other, dev)| ((*other).to_owned(), *dev)).collect(),
            tree: tree
                .iter()
                .map(|(other, features)| ((*other).to_owned(), (*features).to_owned()))
                .collect(),
        }
    }

    /// A workspace without violations.
    fn valid() -> (Roles, Vec<Crate>) {
        let crates = vec![
            one(
                "oauth-core",
                &[("tokio", false), ("oauth-sandbox", true)],
                &[("tokio", "time"), ("url", "")],
            ),
            one("cobot", &[("oauth-core", false), ("url", false), ("insta", true)], &[("oauth-core", "")]),
            one("gocd", &[("oauth-core", false), ("quick-xml", false)], &[("quick-xml", "")]),
            one("oauth-sandbox", &[("axum", false)], &[("axum", ""), ("insta", "")]),
            one("oauth-testing", &[("oauth-core", false)], &[("oauth-core", "")]),
            one("oauth-cli", &[("cobot", false), ("clap", false)], &[("cobot", "")]),
        ];
        let roles = [Role::Core, Role::Provider, Role::Provider, Role::Sandbox, Role::Testing, Role::Other];
        (crates.iter().map(|one| one.name.clone()).zip(roles).collect(), crates)
    }

    #[test]
    fn accepts_valid_workspace() {
        let (roles, crates) = valid();
        assert_eq!(violations_of(&roles, &crates), []);
    }

    #[test]
    fn finds_each_forbidden_dependency() {
        for (name, other, dev) in [
            ("cobot", "gocd", false),
            ("cobot", "gocd", true),
            ("cobot", "oauth-sandbox", false),
            ("cobot", "oauth-testing", false),
            ("cobot", "quick-xml", false),
            ("oauth-core", "gocd", true),
            ("oauth-sandbox", "oauth-core", false),
            ("oauth-sandbox", "oauth-core", true),
            ("oauth-sandbox", "oauth-testing", true),
            ("oauth-testing", "gocd", false),
        ] {
            let (roles, mut crates) = valid();
            crates
                .iter_mut()
                .filter(|one| one.name == name)
                .for_each(|one| one.declared.push((other.into(), dev)));
            let found = violations_of(&roles, &crates);
            assert_eq!(found.len(), 1, "{name} {other} {dev}: {found:?}");
            assert!(found[0].message.starts_with(&format!("`{name}` depends on `{other}`")), "{}", found[0]);
        }
    }

    #[test]
    fn finds_each_forbidden_indirect_dependency() {
        for (name, other, features, part) in [
            ("cobot", "gocd", "", "`cobot` depends on `gocd`"),
            ("gocd", "axum", "", "`gocd` adds `axum`"),
            ("oauth-core", "tokio", "full,time", "tokio's feature `full`"),
            ("oauth-sandbox", "oauth-core", "", "`oauth-sandbox` depends on `oauth-core`"),
        ] {
            let (roles, mut crates) = valid();
            let tree = (other.to_owned(), features.to_owned());
            crates.iter_mut().filter(|one| one.name == name).for_each(|one| one.tree.push(tree.clone()));
            let found = violations_of(&roles, &crates);
            assert_eq!(found.len(), 1, "{name} {other}: {found:?}");
            assert!(found[0].message.contains(part) && found[0].help.contains("cargo tree"), "{}", found[0]);
        }
    }

    #[test]
    fn finds_unlisted_and_missing_crates() {
        let (roles, mut crates) = valid();
        crates[3].name = "stray".to_owned();
        let found = violations_of(&roles, &crates);
        assert!(found[0].message.contains("`oauth-sandbox` does not exist"), "{found:?}");
        assert!(found[1].message.contains("`stray` has no role"), "{found:?}");
    }

    #[test]
    fn parses_cargo_tree_lines() {
        let output =
            "cobot v0.1.0 (/crates/cobot)|default\ntokio v1.54.1|net,time (*)\ntokio v1.54.1|net,time\n";
        let expected = [("cobot", "default"), ("tokio", "net,time")];
        assert_eq!(tree_lines(output), expected.map(|(name, on)| (name.to_owned(), on.to_owned())));
    }
}
