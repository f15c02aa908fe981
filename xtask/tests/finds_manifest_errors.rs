//! Checks of `cargo xtask tidy` on manifests and dependencies, in temporary workspaces with one error each.

mod temporary_workspace;

use std::path::Path;

use temporary_workspace::workspace;
use xtask::diagnostic::Diagnostic;
use xtask::tidy::{manifests, rust_version};
use xtask::workspace::Workspace;

/// A valid manifest of a client crate.
const VALID: &str = "\
description = \"One.\"
license = \"MIT\"
readme = \"README.md\"
rust-version = \"1.88\"
keywords = [\"one\"]
categories = [\"authentication\"]
[package.metadata.docs.rs]
rustdoc-args = [\"--cfg\", \"docsrs\"]
[lints]
workspace = true
";

fn texts(found: &[Diagnostic]) -> Vec<String> {
    found.iter().map(ToString::to_string).collect()
}

/// Errors in the manifest of `cobot` in a workspace.
fn errors(root: &Path) -> Vec<String> {
    let workspace = Workspace::around(root).expect("a workspace");
    let members = workspace.members();
    let cobot = members.iter().find(|package| package.name.as_str() == "cobot").expect("cobot is a member");
    let text = std::fs::read_to_string(&cobot.manifest_path).expect("its manifest");
    texts(&manifests::check(cobot, &text, true))
}

#[test]
fn accepts_valid_manifest() {
    let root = workspace("manifest-valid", &[("cobot", VALID)]);
    assert_eq!(errors(&root), Vec::<String>::new());
}

#[test]
fn finds_each_missing_setting() {
    for (gone, what) in [
        ("description = \"One.\"\n", "no description"),
        ("license = \"MIT\"\n", "no licence"),
        ("readme = \"README.md\"\n", "no readme"),
        ("rust-version = \"1.88\"\n", "no rust-version"),
        ("keywords = [\"one\"]\n", "valid keywords"),
        ("categories = [\"authentication\"]\n", "categories"),
        ("rustdoc-args = [\"--cfg\", \"docsrs\"]\n", "docs.rs"),
        ("[lints]\nworkspace = true\n", "no lints of the workspace"),
    ] {
        let root = workspace("manifest-missing", &[("cobot", &VALID.replace(gone, ""))]);
        let found = errors(&root);
        assert_eq!(found.len(), 1, "{gone}: {found:?}");
        assert!(found[0].contains(what) && found[0].contains("crates/cobot/Cargo.toml"), "{gone}: {found:?}");
    }
    let long = VALID.replace("[\"one\"]", "[\"a-keyword-that-is-longer-than-allowed\"]");
    assert_eq!(errors(&workspace("manifest-keyword", &[("cobot", &long)])).len(), 1);
}

#[test]
fn finds_published_path_dependency_without_version() {
    let with = |tables: &str| format!("{VALID}{tables}");
    let with_error = with("[dependencies]\noauth-core = { path = \"../oauth-core\" }\n");
    let found = errors(&workspace("path", &[("cobot", &with_error), ("oauth-core", "")]));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("`cobot` depends on `oauth-core` by path, without a version"), "{found:?}");
    assert!(found[0].contains("help: ") && found[0].contains("[workspace.dependencies]"), "{found:?}");

    for fine in [
        with("[dependencies]\noauth-core = { path = \"../oauth-core\", version = \"0.1.0\" }\n"),
        with("[dev-dependencies]\noauth-core = { path = \"../oauth-core\" }\n"),
        with_error.replace("description", "publish = false\ndescription"),
    ] {
        let root = workspace("path-fine", &[("cobot", &fine), ("oauth-core", "")]);
        assert_eq!(errors(&root), Vec::<String>::new(), "{fine}");
    }
}

#[test]
fn finds_dependency_with_newer_rust_version() {
    let promising = |version: &str| format!("rust-version = \"{version}\"\n");
    let cobot = promising("1.88") + "[dependencies]\nfar = { path = \"../far\", optional = true }\n";
    let far = promising("1.88") + "[dependencies]\nfarther = { path = \"../farther\" }\n";
    let root = workspace("rust", &[("cobot", &cobot), ("far", &far), ("farther", &promising("1.93"))]);
    let found = |root: &Path| {
        let workspace = Workspace::around(root).expect("a workspace");
        let resolved = rust_version::resolved(&workspace).expect("it resolves");
        texts(&rust_version::violations(
            &rust_version::reports(&resolved).expect("all crates have a rust-version"),
        ))
    };
    let with_error = found(&root);
    assert_eq!(with_error.len(), 2, "{with_error:?}");
    assert!(
        with_error[0].contains("`cobot` has rust-version 1.88.0, but `farther` needs 1.93.0"),
        "{with_error:?}"
    );
    assert!(with_error[0].contains("cobot → far → farther"), "{with_error:?}");
    assert!(with_error[0].contains("help: run `cargo update -p farther"), "{with_error:?}");

    // Dev-dependencies do not count.
    let cobot = cobot.replace("[dependencies]", "[dev-dependencies]").replace(", optional = true", "");
    let root = workspace("rust-dev", &[("cobot", &cobot), ("far", &promising("1.93"))]);
    assert_eq!(found(&root), Vec::<String>::new());
}
