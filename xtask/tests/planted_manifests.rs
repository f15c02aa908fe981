//! What `cargo xtask tidy` asks of manifests and of the dependency tree, in small workspaces with a fault planted in each.

mod planted;

use std::path::Path;

use planted::workspace;
use xtask::finding::Finding;
use xtask::tidy::{manifests, rust_version};
use xtask::workspace::Workspace;

/// A manifest in order, for a client crate.
const SOUND: &str = "\
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

fn told(found: &[Finding]) -> Vec<String> {
    found.iter().map(ToString::to_string).collect()
}

/// What is wrong with the manifest of `cobot` in this workspace.
fn wrong(root: &Path) -> Vec<String> {
    let workspace = Workspace::around(root).expect("a workspace");
    let members = workspace.members();
    let cobot = members.iter().find(|package| package.name.as_str() == "cobot").expect("it is there");
    let text = std::fs::read_to_string(&cobot.manifest_path).expect("its manifest");
    told(&manifests::of(cobot, &text, true))
}

#[test]
fn a_sound_manifest() {
    let root = workspace("manifest-sound", &[("cobot", SOUND)]);
    assert_eq!(wrong(&root), Vec::<String>::new());
}

#[test]
fn each_thing_that_is_missing_is_named_with_its_file() {
    for (gone, what) in [
        ("description = \"One.\"\n", "no description"),
        ("license = \"MIT\"\n", "no licence"),
        ("readme = \"README.md\"\n", "no readme"),
        ("rust-version = \"1.88\"\n", "no rust-version"),
        ("keywords = [\"one\"]\n", "keywords that crates.io takes"),
        ("categories = [\"authentication\"]\n", "categories"),
        ("rustdoc-args = [\"--cfg\", \"docsrs\"]\n", "docs.rs"),
        ("[lints]\nworkspace = true\n", "no lints of the workspace"),
    ] {
        let root = workspace("manifest-missing", &[("cobot", &SOUND.replace(gone, ""))]);
        let found = wrong(&root);
        assert_eq!(found.len(), 1, "{gone}: {found:?}");
        assert!(found[0].contains(what) && found[0].contains("crates/cobot/Cargo.toml"), "{gone}: {found:?}");
    }
    let long = SOUND.replace("[\"one\"]", "[\"a-keyword-that-is-longer-than-allowed\"]");
    assert_eq!(wrong(&workspace("manifest-keyword", &[("cobot", &long)])).len(), 1);
}

#[test]
fn a_path_without_a_version_unless_it_is_for_tests_or_nothing_is_published() {
    let with = |tables: &str| format!("{SOUND}{tables}");
    let planted = with("[dependencies]\noauth-core = { path = \"../oauth-core\" }\n");
    let found = wrong(&workspace("path", &[("cobot", &planted), ("oauth-core", "")]));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("`cobot` depends on `oauth-core` by path, without a version"), "{found:?}");
    assert!(found[0].contains("mend: ") && found[0].contains("[workspace.dependencies]"), "{found:?}");

    for fine in [
        with("[dependencies]\noauth-core = { path = \"../oauth-core\", version = \"0.1.0\" }\n"),
        with("[dev-dependencies]\noauth-core = { path = \"../oauth-core\" }\n"),
        planted.replace("description", "publish = false\ndescription"),
    ] {
        let root = workspace("path-fine", &[("cobot", &fine), ("oauth-core", "")]);
        assert_eq!(wrong(&root), Vec::<String>::new(), "{fine}");
    }
}

#[test]
fn a_dependency_that_needs_a_newer_rust_than_is_promised() {
    let promising = |version: &str| format!("rust-version = \"{version}\"\n");
    let cobot = promising("1.88") + "[dependencies]\nfar = { path = \"../far\", optional = true }\n";
    let far = promising("1.88") + "[dependencies]\nfarther = { path = \"../farther\" }\n";
    let root = workspace("rust", &[("cobot", &cobot), ("far", &far), ("farther", &promising("1.93"))]);
    let found = |root: &Path| {
        let workspace = Workspace::around(root).expect("a workspace");
        let resolved = rust_version::resolved(&workspace).expect("it resolves");
        told(&rust_version::broken(&rust_version::promises(&resolved).expect("all promise something")))
    };
    let planted = found(&root);
    assert_eq!(planted.len(), 2, "{planted:?}");
    assert!(planted[0].contains("`cobot` promises Rust 1.88.0, and `farther` needs 1.93.0"), "{planted:?}");
    assert!(planted[0].contains("cobot → far → farther"), "{planted:?}");
    assert!(planted[0].contains("mend: cargo update -p farther"), "{planted:?}");

    // What only tests need does not count.
    let cobot = cobot.replace("[dependencies]", "[dev-dependencies]").replace(", optional = true", "");
    let root = workspace("rust-dev", &[("cobot", &cobot), ("far", &promising("1.93"))]);
    assert_eq!(found(&root), Vec::<String>::new());
}
