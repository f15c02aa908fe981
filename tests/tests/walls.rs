//! The two walls, for every crate there is, and no crate lost on the way. The judge itself is tested in `xtask`.

use std::path::Path;

use xtask::finding::Finding;
use xtask::walls::Picture;
use xtask::workspace::Workspace;

fn picture() -> Picture {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = Workspace::around(here).expect("this workspace");
    Picture::of(&workspace).expect("what cargo says about it")
}

#[test]
fn both_walls_stand() {
    let found = picture().breaches();
    let told: Vec<String> = found.iter().map(Finding::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}
