//! Releases with one error each: xtask must find it and print a remedy that works.

#![allow(clippy::unwrap_used)]

mod temporary_repository;

use temporary_repository::TemporaryRepository;

/// Removes a public function, as a careless change would.
fn remove_a_function(repository: &TemporaryRepository) {
    repository.replace("crates/base/src/lib.rs", "pub fn gone() {}\n", "");
    repository.replace("crates/base/CHANGELOG.md", "- First things.", "- Less.");
}

fn version(repository: &TemporaryRepository, to: &str) {
    repository.replace("crates/base/Cargo.toml", "version = \"0.1.0\"", &format!("version = \"{to}\""));
    repository.replace("Cargo.toml", "version = \"0.1.0\"", &format!("version = \"{to}\""));
}

fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }
}

#[test]
fn plan_names_baseline_of_each_crate() {
    let repository = TemporaryRepository::new();
    let (ok, output) = repository.xtask(&["release", "plan"]);
    assert!(ok, "{output}");
    assert_has(
        &output,
        &[
            "base 0.1.0, first release",
            "user 0.1.0, first release (no tag, nothing in release.toml), after base",
            "in this order: base 0.1.0, user 0.1.0",
            "- First things.",
        ],
    );

    let begun = repository.git(&["rev-parse", "HEAD"]);
    repository.write("release.toml", &format!("[baseline]\nbase = \"{begun}\"\nuser = \"{begun}\"\n"));
    // Versions sort numerically, and a tag takes precedence over the file.
    repository.git(&["tag", "user-v0.0.9"]);
    repository.git(&["tag", "user-v0.1.0"]);
    let (ok, output) = repository.xtask(&["release", "plan"]);
    assert!(ok, "{output}");
    assert_has(
        &output,
        &[
            &format!("base 0.1.0, since 0.1.0 at {} (release.toml; no tag here)", &begun[..12]),
            "user 0.1.0, since tag user-v0.1.0, after base",
            "no changes in 2 crates",
        ],
    );
}

#[test]
fn finds_patch_bump_below_requested_level() {
    let repository = TemporaryRepository::new();
    repository.git(&["tag", "base-v0.1.0"]);
    repository.git(&["tag", "user-v0.1.0"]);
    remove_a_function(&repository);
    version(&repository, "0.1.1");
    repository.commit("Take something away");

    let (ok, output) = repository.xtask(&["release", "plan", "--at-least", "base=major"]);
    assert!(!ok, "{output}");
    assert_has(
        &output,
        &[
            "`base` 0.1.1 allows minor changes after 0.1.0, but its changes are major, which needs 0.2.0",
            "help: cargo xtask release prepare --at-least base=major",
        ],
    );

    let prepare = ["release", "prepare", "--at-least", "base=major", "--date", "2025-02-03"];
    let (ok, output) = repository.xtask(&prepare);
    assert!(ok, "{output}");
    let (ok, output) = repository.xtask(&["release", "plan"]);
    assert!(ok, "{output}");
    assert_has(&output, &["in this order: base 0.2.0, user 0.2.0", "`base` changes from 0.1.0 to 0.2.0"]);

    assert_has(&repository.read("crates/base/Cargo.toml"), &["version = \"0.2.0\" # its own"]);
    assert_has(&repository.read("crates/user/Cargo.toml"), &["version = \"0.2.0\" # its own"]);
    assert_has(
        &repository.read("Cargo.toml"),
        &["# Workspace crates.\nbase = { path = \"crates/base\", version = \"0.2.0\" }"],
    );
    assert_has(&repository.read("Cargo.lock"), &["name = \"user\"\nversion = \"0.2.0\""]);
    let log = repository.read("crates/base/CHANGELOG.md");
    assert!(log.ends_with("## [Unreleased]\n\n## [0.2.0] - 2025-02-03\n\n### Added\n\n- Less.\n"), "{log}");
    // `user` did not change, but its API shows types of `base`.
    assert_has(&repository.read("crates/user/CHANGELOG.md"), &["## [0.2.0] - 2025-02-03"]);
}

#[test]
fn change_needs_patch_unless_more_is_requested() {
    let repository = TemporaryRepository::new();
    repository.git(&["tag", "base-v0.1.0"]);
    repository.git(&["tag", "user-v0.1.0"]);
    repository.replace("crates/base/src/lib.rs", "pub fn kept() {}", "pub fn kept() { drop(1) }");
    repository.commit("Inside only");
    let (_, output) = repository.xtask(&["release", "plan"]);
    assert_has(&output, &["base 0.1.0 -> 0.1.1", "needed: patch", "in this order: base 0.1.1\n"]);

    repository.replace("crates/base/CHANGELOG.md", "### Added\n\n- First things.\n", "");
    repository.commit("More, and not a word about it");
    let (ok, output) = repository.xtask(&["release", "plan", "--at-least", "base=minor"]);
    assert!(!ok, "{output}");
    assert_has(
        &output,
        &[
            "needed: minor",
            "`base` needs a minor version without a changelog entry",
            "help: add an entry under Unreleased in crates/base/CHANGELOG.md",
        ],
    );

    repository.write("crates/base/CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n- More.\n");
    let (ok, output) = repository.xtask(&["release", "prepare", "--at-least", "base=major"]);
    assert!(ok, "{output}");
    assert_has(&repository.read("crates/base/Cargo.toml"), &["version = \"0.2.0\""]);
}

/// Releases a library, changes it with a patch version, and expects cargo-semver-checks to fail with `lint`.
fn assert_breaking(before: &str, after: &str, lint: &str) {
    let repository = TemporaryRepository::new();
    repository.write("crates/base/src/lib.rs", before);
    repository.commit("Release");
    repository.git(&["tag", "base-v0.1.0"]);
    repository.git(&["tag", "user-v0.1.0"]);
    repository.write("crates/base/src/lib.rs", after);
    version(&repository, "0.1.1");
    repository.commit("Break the API");

    let (ok, output) = repository.xtask(&["release", "plan"]);
    assert!(ok, "the plan does not compare APIs: {output}");
    let (ok, output) = repository.xtask(&["release", "semver"]);
    assert!(!ok, "{output}");
    assert_has(
        &output,
        &[
            lint,
            "`base` 0.1.1 breaks the API of 0.1.0",
            "help: run `cargo xtask release prepare --at-least base=major`",
        ],
    );
    let (ok, output) = repository.xtask(&["release", "semver", "--at-least", "base=major"]);
    assert!(ok, "{output}");
}

#[test]
#[ignore = "needs cargo-semver-checks, and a minute: `cargo xtask ci --full` runs it"]
fn semver_finds_removed_function() {
    let after = "//! Base.\npub fn kept() {}\n";
    assert_breaking(&format!("{after}pub fn gone() {{}}\n"), after, "function_missing");
}

#[test]
#[ignore = "needs cargo-semver-checks, and a minute: `cargo xtask ci --full` runs it"]
fn semver_finds_new_required_trait_method() {
    let before = "//! Base.\npub fn kept() {}\npub trait Kept { fn kept(&self); }\n";
    let after = before.replace("fn kept(&self);", "fn kept(&self); fn more(&self);");
    assert_breaking(before, &after, "trait_method_added");
}
