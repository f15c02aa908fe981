//! The layering rules of `cargo xtask tidy` hold for every crate. `xtask` tests the check itself.

use std::path::Path;

use xtask::layering;
use xtask::workspace::Workspace;

#[test]
fn layering_rules_hold_for_every_crate() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = Workspace::around(here).expect("the workspace is readable");
    let found = layering::violations(&workspace).expect("cargo resolves the workspace");
    assert_eq!(found, []);
}
