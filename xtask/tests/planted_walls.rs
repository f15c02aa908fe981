//! The walls, asked of real cargo in small workspaces of their own with a fault planted on disk: what the unit tests
//! judge in memory must also be what cargo is asked for.

mod planted;

use std::path::Path;

use planted::workspace;
use xtask::walls::Picture;
use xtask::workspace::Workspace;

fn breaches(root: &Path) -> Vec<String> {
    let picture =
        Picture::of(&Workspace::around(root).expect("a workspace")).expect("what cargo says about it");
    picture.breaches().iter().map(ToString::to_string).collect()
}

#[test]
fn a_sound_workspace() {
    let root = workspace(
        "sound",
        &[
            ("oauth-core", "[dev-dependencies]\noauth-sandbox = { path = \"../oauth-sandbox\" }\n"),
            (
                "cobot",
                "[dependencies]\noauth-core = { path = \"../oauth-core\" }\n\
             [dev-dependencies]\noauth-sandbox = { path = \"../oauth-sandbox\" }\n",
            ),
            ("oauth-sandbox", ""),
        ],
    );
    assert_eq!(breaches(&root), Vec::<String>::new());
}

#[test]
fn a_provider_behind_an_optional_renamed_dependency() {
    let root = workspace(
        "renamed",
        &[
            ("oauth-core", ""),
            ("go1", "[dependencies]\noauth-core = { path = \"../oauth-core\" }\n"),
            (
                "cobot",
                "[dependencies]\noauth-core = { path = \"../oauth-core\" }\n\
             friend = { package = \"go1\", path = \"../go1\", optional = true }\n",
            ),
        ],
    );
    let found = breaches(&root);
    assert!(found.iter().any(|one| one.contains("`cobot` names `go1`")), "{found:?}");
    assert!(found.iter().any(|one| one.contains("`cobot` brings `go1`")), "{found:?}");
}

#[test]
fn a_sandbox_whose_test_helper_knows_the_core() {
    let root = workspace(
        "helper",
        &[
            ("oauth-core", ""),
            ("oauth-web", "[dependencies]\noauth-core = { path = \"../oauth-core\" }\n"),
            ("oauth-sandbox", "[dev-dependencies]\noauth-web = { path = \"../oauth-web\" }\n"),
        ],
    );
    let found = breaches(&root);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("`oauth-sandbox` sees `oauth-core`"), "{found:?}");
}

#[test]
fn something_heavy_only_by_feature() {
    let root = workspace(
        "heavy",
        &[("oauth-core", "[dependencies]\naxum = { path = \"../axum\", optional = true }\n"), ("axum", "")],
    );
    let found = breaches(&root);
    assert!(found.iter().any(|one| one.contains("`oauth-core` brings `axum`")), "{found:?}");
}
