//! The two walls, for every crate there is, and no crate lost on the way. The judge itself is tested in `xtask`.

use std::path::Path;

use xtask::house;
use xtask::walls::{Breach, Picture};
use xtask::workspace::Workspace;

fn picture() -> Picture {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = Workspace::around(here).expect("this workspace");
    Picture::of(&workspace).expect("what cargo says about it")
}

#[test]
fn both_walls_stand() {
    let found = picture().breaches(house::STANDING);
    let told: Vec<String> = found.iter().map(Breach::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

/// A crate that exists but is not in STANDING could be lost again without a word.
#[test]
fn every_crate_that_exists_is_listed_as_standing() {
    for one in picture().crates {
        assert!(
            house::STANDING.contains(&one.name.as_str()),
            "crates/{} exists: add it to STANDING in xtask/src/house.rs",
            one.folder
        );
    }
}
