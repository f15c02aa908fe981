//! Releases with a fault planted: each must be found, with a line that says what mends it, and that must mend it.

#![allow(clippy::unwrap_used)]

mod common;

use common::Playground;

/// Removes a public function, as somebody would who thinks nothing of it.
fn remove_a_function(playground: &Playground) {
    playground.replace("crates/base/src/lib.rs", "pub fn gone() {}\n", "");
    playground.replace("docs/api/base.txt", "pub fn base::gone()\n", "");
    playground.replace("crates/base/CHANGELOG.md", "- First things.", "- Less.");
}

fn version(playground: &Playground, to: &str) {
    playground.replace("crates/base/Cargo.toml", "version = \"0.1.0\"", &format!("version = \"{to}\""));
    playground.replace("Cargo.toml", "version = \"0.1.0\"", &format!("version = \"{to}\""));
}

fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }
}

#[test]
fn a_plan_says_what_each_crate_is_compared_with() {
    let playground = Playground::new();
    let (ok, said) = playground.xtask(&["release", "plan"]);
    assert!(ok, "{said}");
    assert_has(
        &said,
        &[
            "base 0.1.0, first release",
            "user 0.1.0, first release (no tag, nothing in release.toml), after base",
            "in this order: base 0.1.0, user 0.1.0",
            "- First things.",
        ],
    );

    let begun = playground.git(&["rev-parse", "HEAD"]);
    playground.write("release.toml", &format!("[baseline]\nbase = \"{begun}\"\nuser = \"{begun}\"\n"));
    // Versions sort by number, and a tag counts for more than the file.
    playground.git(&["tag", "user-v0.0.9"]);
    playground.git(&["tag", "user-v0.1.0"]);
    let (ok, said) = playground.xtask(&["release", "plan"]);
    assert!(ok, "{said}");
    assert_has(
        &said,
        &[
            &format!("base 0.1.0, since 0.1.0 at {} (release.toml; no tag here)", &begun[..12]),
            "user 0.1.0, since tag user-v0.1.0, after base",
            "nothing changed in 2 crates",
        ],
    );
}

#[test]
fn a_public_function_removed_with_a_patch_level_bump_is_found_and_prepare_mends_it() {
    let playground = Playground::new();
    playground.git(&["tag", "base-v0.1.0"]);
    playground.git(&["tag", "user-v0.1.0"]);
    remove_a_function(&playground);
    version(&playground, "0.1.1");
    playground.commit("Take something away");

    let (ok, said) = playground.xtask(&["release", "plan"]);
    assert!(!ok, "{said}");
    assert_has(
        &said,
        &[
            "`base` 0.1.1 allows minor changes after 0.1.0, but needs a major one, 0.2.0",
            "- pub fn base::gone()",
            "mend: cargo xtask release prepare",
        ],
    );

    let (ok, said) = playground.xtask(&["release", "prepare", "--date", "2025-02-03"]);
    assert!(ok, "{said}");
    let (ok, said) = playground.xtask(&["release", "plan"]);
    assert!(ok, "{said}");
    assert_has(&said, &["in this order: base 0.2.0, user 0.2.0", "`base` goes from 0.1.0 to 0.2.0"]);

    assert_has(&playground.read("crates/base/Cargo.toml"), &["version = \"0.2.0\" # its own"]);
    assert_has(&playground.read("crates/user/Cargo.toml"), &["version = \"0.2.0\" # its own"]);
    assert_has(
        &playground.read("Cargo.toml"),
        &["# Who needs whom.\nbase = { path = \"crates/base\", version = \"0.2.0\" }"],
    );
    assert_has(&playground.read("Cargo.lock"), &["name = \"user\"\nversion = \"0.2.0\""]);
    let log = playground.read("crates/base/CHANGELOG.md");
    assert!(log.ends_with("## [Unreleased]\n\n## [0.2.0] - 2025-02-03\n\n### Added\n\n- Less.\n"), "{log}");
    // Nobody touched `user`, but what its users see of `base` is another type now.
    assert_has(&playground.read("crates/user/CHANGELOG.md"), &["## [0.2.0] - 2025-02-03"]);
}

#[test]
fn what_is_new_or_only_inside_needs_less() {
    let playground = Playground::new();
    playground.git(&["tag", "base-v0.1.0"]);
    playground.git(&["tag", "user-v0.1.0"]);
    playground.replace("crates/base/src/lib.rs", "pub fn kept() {}", "pub fn kept() { drop(1) }");
    playground.commit("Inside only");
    let (_, said) = playground.xtask(&["release", "plan"]);
    assert_has(&said, &["base 0.1.0 -> 0.1.1", "needed: patch", "in this order: base 0.1.1\n"]);

    playground.replace("docs/api/base.txt", "pub mod base", "pub fn base::more()\npub mod base");
    playground.replace("crates/base/CHANGELOG.md", "### Added\n\n- First things.\n", "");
    playground.commit("More, and not a word about it");
    let (ok, said) = playground.xtask(&["release", "plan"]);
    assert!(!ok, "{said}");
    assert_has(
        &said,
        &[
            "needed: minor",
            "`base` has another public API, and its changelog does not say so",
            "mend: write it under Unreleased in crates/base/CHANGELOG.md",
        ],
    );

    playground.write("crates/base/CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n- More.\n");
    let (ok, said) = playground.xtask(&["release", "prepare", "--at-least", "base=major"]);
    assert!(ok, "{said}");
    assert_has(&playground.read("crates/base/Cargo.toml"), &["version = \"0.2.0\""]);
}

#[test]
fn a_listing_that_does_not_go_with_the_code_is_found_and_bless_mends_it() {
    let playground = Playground::new();
    let (ok, said) = playground.xtask(&["api", "--check"]);
    assert!(ok, "{said}");

    playground.replace("crates/base/src/lib.rs", "pub fn gone() {}\n", "");
    let (ok, said) = playground.xtask(&["api", "--check"]);
    assert!(!ok, "{said}");
    assert_has(&said, &["docs/api/base.txt", "- pub fn base::gone()", "mend: cargo xtask api --bless"]);

    assert!(playground.xtask(&["api", "--bless"]).0);
    assert!(playground.xtask(&["api", "--check"]).0);
    assert_eq!(playground.read("docs/api/base.txt"), "pub mod base\npub fn base::kept()\n");
}

/// A change that a listing does not show: the lines are the same, and who writes `impl Kept for Mine` is broken.
#[test]
#[ignore = "needs cargo-semver-checks, and a minute: `cargo xtask ci --full` runs it"]
fn what_only_cargo_semver_checks_sees_is_found() {
    let playground = Playground::new();
    playground.write("crates/base/src/lib.rs", "//! Base.\npub trait Kept { fn kept(&self); }\n");
    playground.commit("A trait that others implement");
    playground.git(&["tag", "base-v0.1.0"]);
    playground.git(&["tag", "user-v0.1.0"]);
    playground.replace("crates/base/src/lib.rs", "fn kept(&self);", "fn kept(&self); fn more(&self);");
    playground.replace("docs/api/base.txt", "pub mod base", "pub fn base::Kept::more(&self)\npub mod base");
    playground.commit("A method that they must write now");

    let (ok, said) = playground.xtask(&["release", "plan"]);
    assert!(ok, "a listing shows an item more: {said}");
    let (ok, said) = playground.xtask(&["release", "semver"]);
    assert!(!ok, "{said}");
    assert_has(
        &said,
        &[
            "trait_method_added",
            "`base` 0.1.1 breaks what 0.1.0 promised",
            "mend: cargo xtask release prepare --at-least base=major",
        ],
    );
    let (ok, said) = playground.xtask(&["release", "semver", "--at-least", "base=major"]);
    assert!(ok, "{said}");
}
