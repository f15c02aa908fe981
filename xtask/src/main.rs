//! All automation of this workspace: `cargo xtask`.
fn main() {}
