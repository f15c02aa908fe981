//! Layering checks with real cargo, in temporary workspaces with one violation each.

mod temporary_workspace;

use std::path::Path;

use temporary_workspace::workspace;
use xtask::layering::CrateGraph;
use xtask::workspace::Workspace;

fn violations(root: &Path) -> Vec<String> {
    let graph =
        CrateGraph::of(&Workspace::around(root).expect("a workspace")).expect("cargo reads the workspace");
    graph.violations().iter().map(ToString::to_string).collect()
}

#[test]
fn accepts_valid_workspace() {
    let root = workspace(
        "valid",
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
    assert_eq!(violations(&root), Vec::<String>::new());
}

#[test]
fn finds_provider_in_optional_renamed_dependency() {
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
    let found = violations(&root);
    assert!(found.iter().any(|one| one.contains("`cobot` depends on `go1`")), "{found:?}");
    assert!(found.iter().any(|one| one.contains("`cobot` adds `go1`")), "{found:?}");
}

#[test]
fn finds_sandbox_test_helper_depending_on_core() {
    let root = workspace(
        "helper",
        &[
            ("oauth-core", ""),
            ("oauth-web", "[dependencies]\noauth-core = { path = \"../oauth-core\" }\n"),
            ("oauth-sandbox", "[dev-dependencies]\noauth-web = { path = \"../oauth-web\" }\n"),
        ],
    );
    let found = violations(&root);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("`oauth-sandbox` depends on `oauth-core`"), "{found:?}");
}

#[test]
fn finds_heavy_dependency_behind_feature() {
    let root = workspace(
        "heavy",
        &[("oauth-core", "[dependencies]\naxum = { path = \"../axum\", optional = true }\n"), ("axum", "")],
    );
    let found = violations(&root);
    assert!(found.iter().any(|one| one.contains("`oauth-core` adds `axum`")), "{found:?}");
}
