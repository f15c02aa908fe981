//! The layering rules of `cargo xtask walls` hold for every crate. `xtask` tests the check itself.

use std::path::Path;

use xtask::diagnostic::Diagnostic;
use xtask::layering::CrateGraph;
use xtask::workspace::Workspace;

fn graph() -> CrateGraph {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = Workspace::around(here).expect("the workspace is readable");
    CrateGraph::of(&workspace).expect("cargo metadata is readable")
}

#[test]
fn layering_rules_hold_for_every_crate() {
    let found = graph().violations();
    let messages: Vec<String> = found.iter().map(Diagnostic::to_string).collect();
    assert!(messages.is_empty(), "{}", messages.join("\n"));
}
