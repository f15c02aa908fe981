//! The two walls, for every crate there is, and no crate lost on the way. The judge itself is tested in `xtask`.

use std::path::Path;

use xtask::diagnostic::Diagnostic;
use xtask::layering::CrateGraph;
use xtask::workspace::Workspace;

fn graph() -> CrateGraph {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = Workspace::around(here).expect("this workspace");
    CrateGraph::of(&workspace).expect("what cargo says about it")
}

#[test]
fn both_walls_stand() {
    let found = graph().violations();
    let told: Vec<String> = found.iter().map(Diagnostic::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}
