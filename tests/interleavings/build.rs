//! Sets `cfg(shuttle)` for this package: `oauth-core` then uses shuttle's locks and contains its mutations.

fn main() {
    println!("cargo::rustc-cfg=shuttle");
    println!("cargo::rerun-if-changed=build.rs");
}
