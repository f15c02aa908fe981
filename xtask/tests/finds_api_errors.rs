//! Public APIs with one error each: `cargo xtask api` must find it and print a remedy.

#![allow(clippy::unwrap_used)]

mod temporary_repository;

use temporary_repository::TemporaryRepository;

const BASE: &str = "//! Base.\npub use url;\npub fn kept(_: url::Other) {}\n/// A type.\npub struct Thing;\n";

/// A workspace without errors: `base` re-exports the foreign crate `url`, and every type is named.
fn workspace() -> TemporaryRepository {
    let repository = TemporaryRepository::new();
    repository.replace(
        "Cargo.toml",
        "members = [\"crates/*\"]\n",
        "members = [\"crates/*\", \"url\", \"tests/downstream\"]\n\
         metadata.roles = { base = \"core\", user = \"provider\" }\n",
    );
    let package = |name: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\npublish = false\n")
    };
    repository.write("url/Cargo.toml", &package("url"));
    repository.write("url/src/lib.rs", "pub struct Other;\n");
    let manifest = repository.read("crates/base/Cargo.toml");
    repository.write(
        "crates/base/Cargo.toml",
        &format!("{manifest}\n[dependencies]\nurl = {{ path = \"../../url\" }}\n"),
    );
    repository.write("crates/base/src/lib.rs", BASE);
    let downstream =
        format!("{}\n[dependencies]\nuser = {{ path = \"../../crates/user\" }}\n", package("downstream"));
    repository.write("tests/downstream/Cargo.toml", &downstream);
    repository.write("crates/user/src/lib.rs", "//! User.\npub use base;\npub fn thing(_: base::Thing) {}\n");
    repository.write(
        "tests/downstream/src/lib.rs",
        "pub mod names { pub mod base { pub use user::base::Thing; } }\n",
    );
    repository
}

#[test]
fn api_passes_when_all_is_reachable() {
    let (ok, output) = workspace().xtask(&["api"]);
    assert!(ok && output.contains("items of 2 libraries"), "{output}");
}

#[test]
fn api_finds_crate_without_reexport() {
    let repository = workspace();
    repository.replace("crates/base/src/lib.rs", "pub use url;\n", "");
    let (ok, output) = repository.xtask(&["api"]);
    assert!(!ok, "{output}");
    assert!(output.contains("`base` names `url` without re-exporting it"), "{output}");
    assert!(output.contains("pub fn base::kept(url::Other)"), "{output}");
}

#[test]
fn api_finds_type_that_downstream_misses() {
    let repository = workspace();
    repository.replace("crates/base/src/lib.rs", "pub struct Thing;", "pub struct Thing;\npub struct More;");
    let (ok, output) = repository.xtask(&["api"]);
    assert!(!ok, "{output}");
    assert!(output.contains("downstream does not name `base::More`"), "{output}");
    assert!(output.contains("add it to tests/downstream/src/names"), "{output}");
}
