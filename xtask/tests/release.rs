//! Releases with one error each: xtask must find it and print a remedy that works.
//!
//! `base` is a library, and `user` shows its types.

#![allow(clippy::unwrap_used)] // a test may panic

use tempfile::TempDir;
use xshell::{Cmd, Shell, cmd};

const LOG: &str = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- First things.\n";
const BASE: &str = "//! Base.\n/// Kept.\npub fn kept() {}\n/// Gone soon.\npub fn gone() {}\n";

/// Stands in for `publish` and `release`, which it writes to a file, and for the versions of the tools, if `TOOLS` is
/// set. `base` is in the registry already.
const FAKE_CARGO: &str = r#"#!/bin/sh
case "$1 $2" in
'release --version') [ -n "$TOOLS" ] && echo 'cargo-release 1.1.6'; exit ;;
'semver-checks --version') [ -n "$TOOLS" ] && echo 'cargo-semver-checks 0.51.0'; exit ;;
esac
case "$1" in
publish | release) echo "$*" >> "$CALLS" ;;
*) exec "$REAL_CARGO" "$@" ;;
esac
case "$*" in
*--dry-run*) echo 'warning: crate base@0.1.0 already exists on crates.io index' >&2 ;;
esac
"#;

/// A workspace in a repository of its own.
struct Repository {
    shell: Shell,
    folder: TempDir,
}

impl Repository {
    fn new() -> Self {
        let (shell, folder) = (Shell::new().unwrap(), tempfile::tempdir().unwrap());
        shell.change_dir(folder.path());
        // Builds here are useless elsewhere.
        shell.set_var("CARGO_TARGET_DIR", folder.path().join("target"));
        let repository = Self { shell, folder };
        repository.write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n\n[workspace.dependencies]\n\
             base = { path = \"crates/base\", version = \"0.1.0\" }\n",
        );
        repository.write(".gitignore", "/target\n");
        repository.write("release.toml", include_str!("../../release.toml"));
        for (name, tables) in [("base", ""), ("user", "[dependencies]\nbase.workspace = true\n")] {
            let package =
                "version = \"0.1.0\"\nedition = \"2024\"\nlicense = \"MIT\"\ndescription = \"A crate.\"\n";
            repository.write(
                &format!("crates/{name}/Cargo.toml"),
                &format!("[package]\nname = \"{name}\"\n{package}\n{tables}"),
            );
            repository.write(&format!("crates/{name}/CHANGELOG.md"), LOG);
        }
        repository.write("crates/base/src/lib.rs", BASE);
        repository.write("crates/user/src/lib.rs", "//! User.\npub use base::kept;\n");
        repository.git("init --quiet --initial-branch main");
        repository.git("config user.name Test");
        repository.git("config user.email test@example.com");
        cmd!(repository.shell, "cargo generate-lockfile --offline --quiet").quiet().run().unwrap();
        repository.commit();
        repository
    }

    /// The same after its first release.
    fn released() -> Self {
        let repository = Self::new();
        repository.git("tag base-v0.1.0");
        repository.git("tag user-v0.1.0");
        repository
    }

    fn write(&self, path: &str, text: &str) {
        self.shell.write_file(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        self.shell.read_file(path).unwrap()
    }

    fn replace(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert!(text.contains(old), "{path} has no {old:?}:\n{text}");
        self.write(path, &text.replace(old, new));
    }

    fn git(&self, args: &str) -> String {
        let args = args.split(' ');
        cmd!(self.shell, "git {args...}").quiet().read().unwrap()
    }

    fn commit(&self) {
        self.git("add --all");
        self.git("commit --quiet --allow-empty --message Change");
    }

    /// Runs `cargo xtask release`; returns whether it succeeded, and its output.
    fn release(&self, args: &[&str]) -> (bool, String) {
        let xtask = env!("CARGO_BIN_EXE_xtask");
        run(cmd!(self.shell, "{xtask} release {args...}"))
    }

    /// Runs `cargo xtask release publish` with a cargo that records its calls; returns them too. `tools`:
    /// cargo-release and cargo-semver-checks are installed.
    fn publish(&self, args: &[&str], tools: bool) -> (bool, String, String) {
        let programs = self.folder.path().join("target/programs");
        let (fake, calls) = (programs.join("cargo"), programs.join("calls"));
        self.shell.write_file(&fake, FAKE_CARGO).unwrap();
        self.shell.write_file(&calls, "").unwrap();
        cmd!(self.shell, "chmod +x {fake}").quiet().run().unwrap();
        let path = format!("{}:{}", programs.display(), self.shell.var("PATH").unwrap());
        let xtask = env!("CARGO_BIN_EXE_xtask");
        let command = cmd!(self.shell, "{xtask} release publish {args...}").env("PATH", path);
        let command = command.env("CALLS", &calls).env("REAL_CARGO", env!("CARGO"));
        let (ok, output) = run(command.env("TOOLS", if tools { "1" } else { "" }));
        (ok, output, self.shell.read_file(calls).unwrap())
    }
}

fn run(command: Cmd<'_>) -> (bool, String) {
    let output = command.quiet().ignore_status().output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

#[track_caller]
fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }
}

#[test]
fn plan_shows_changes_since_last_tag() {
    let repository = Repository::new();
    let (ok, output) = repository.release(&["plan"]);
    assert!(ok, "{output}");
    assert_has(
        &output,
        &["base 0.1.0: first release", "- First things.", "changed since their last release: base, user"],
    );

    // Versions sort as numbers.
    repository.git("tag base-v0.1.0");
    repository.git("tag base-v0.0.9");
    repository.git("tag user-v0.1.0");
    repository.write("crates/base/src/lib.rs", "//! Less.\n");
    repository.commit();
    let (ok, output) = repository.release(&["plan"]);
    assert!(ok, "{output}");
    assert_has(
        &output,
        &["base 0.1.0: 1 commits since base-v0.1.0", "changed since their last release: base"],
    );
}

#[test]
fn plan_finds_wrong_versions_and_changelogs() {
    let repository = Repository::released();
    repository.replace("crates/base/Cargo.toml", "0.1.0", "0.2.0");
    repository.replace("Cargo.toml", "0.1.0", "0.2.0");
    let (ok, output) = repository.release(&["plan"]);
    assert!(!ok, "{output}");
    let message = "`base` 0.2.0 breaks its users, and the API of `user` 0.1.0 shows its types";
    assert_has(&output, &[message, "help: cargo xtask release prepare user=minor"]);

    repository.replace("crates/user/Cargo.toml", "0.1.0", "0.2.0");
    let (ok, output) = repository.release(&["plan"]);
    assert!(ok, "{output}");

    repository.replace("crates/user/Cargo.toml", "0.2.0", "0.0.9");
    repository.write("crates/base/CHANGELOG.md", "# Changelog\n");
    let (ok, output) = repository.release(&["plan"]);
    assert!(!ok, "{output}");
    assert_has(&output, &["`user` 0.0.9 is older than its last release 0.1.0"]);
    assert_has(&output, &["the changelog of `base` has no `## [Unreleased]`", "help: add the heading to "]);
}

#[test]
fn plan_finds_change_without_changelog_entry() {
    let repository = Repository::released();
    repository.write("crates/base/CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n### Added\n");
    repository.write("crates/base/tests/kept.rs", "//! A test.\n");
    repository.commit();
    let (ok, output) = repository.release(&["plan"]);
    assert!(ok, "{output}");

    repository.write("crates/base/src/lib.rs", "//! Less.\n");
    repository.commit();
    let (ok, output) = repository.release(&["plan"]);
    assert!(!ok, "{output}");
    let message = "`base` has changed since base-v0.1.0, but no entry in its changelog";
    assert_has(&output, &[message, "help: describe it for users under `## [Unreleased]` in "]);

    // Prepared: the entries are in the section of the new version.
    repository.replace("crates/base/Cargo.toml", "0.1.0", "0.1.1");
    repository.write("crates/base/CHANGELOG.md", "## [Unreleased]\n\n## [0.1.1] - 2026-11-30\n\n- Less.\n");
    let (ok, output) = repository.release(&["plan"]);
    assert!(ok, "{output}");
}

#[test]
fn publish_sends_nothing_without_execute() {
    let repository = Repository::new();
    for name in ["base", "user"] {
        let section = "## [Unreleased]\n\n## [0.1.0] - 2025-02-03";
        repository.replace(&format!("crates/{name}/CHANGELOG.md"), "## [Unreleased]", section);
    }
    // Not committed yet.
    let (ok, output, calls) = repository.publish(&["--execute"], true);
    assert!(!ok, "{output}");
    assert_has(&output, &["uncommitted changes:", "help: git commit", "a step before failed"]);
    assert_eq!(calls, "publish --workspace --locked --dry-run --no-verify\n");

    repository.commit();
    let (ok, output, calls) = repository.publish(&[], false);
    assert!(ok, "{output}");
    assert_has(
        &output,
        &["would run `cargo publish --workspace --locked --exclude base`", "pass --execute to do it"],
    );
    assert_eq!(calls, "publish --workspace --locked --dry-run --no-verify\n");
    assert_eq!(repository.git("tag"), "");

    // Without a tool, nothing is published that could not be tagged.
    let (ok, output, calls) = repository.publish(&["--execute"], false);
    assert!(!ok, "{output}");
    assert_has(&output, &["needs cargo-release", "needs cargo-semver-checks", "a step before failed"]);
    assert_eq!(calls, "publish --workspace --locked --dry-run --no-verify\n");

    let (ok, output, calls) = repository.publish(&["--execute"], true);
    assert!(ok, "{output}");
    assert_has(&calls, &["--dry-run", "\npublish --workspace --locked --exclude base\n", "\nrelease tag "]);
}

#[test]
fn publish_refuses_unprepared_release() {
    let repository = Repository::new();
    let (ok, output, calls) = repository.publish(&["--execute"], true);
    assert!(!ok, "{output}");
    assert_has(
        &output,
        &["the changelog of `base` has no section 0.1.0", "help: cargo xtask release prepare"],
    );
    assert!(!calls.contains("publish --workspace --locked --exclude"), "{calls}");
}

#[test]
#[ignore = "needs cargo-release: `cargo xtask ci --full` runs it"]
fn prepare_writes_versions_requirements_and_changelogs() {
    let repository = Repository::new();
    let (ok, output) = repository.release(&["prepare"]);
    assert!(ok, "{output}");
    assert_has(
        &repository.read("crates/user/CHANGELOG.md"),
        &["## [Unreleased]\n\n## [0.1.0] - 20", "- First things."],
    );
    repository.commit();
    repository.git("tag base-v0.1.0");
    repository.git("tag user-v0.1.0");

    let (ok, output) = repository.release(&["prepare", "base=minor", "user=minor"]);
    assert!(ok, "{output}");
    assert_has(&repository.read("crates/base/Cargo.toml"), &["version = \"0.2.0\""]);
    assert_has(&repository.read("Cargo.toml"), &["base = { path = \"crates/base\", version = \"0.2.0\" }"]);
    assert_has(&repository.read("Cargo.lock"), &["name = \"user\"\nversion = \"0.2.0\""]);
    assert_has(&repository.read("crates/base/CHANGELOG.md"), &["## [0.2.0] - 20", "## [0.1.0] - 20"]);
    let (ok, output) = repository.release(&["plan"]);
    assert!(ok, "{output}");
}

/// Releases `base`, changes it, and expects cargo-semver-checks to fail with `lint`.
fn assert_breaking(before: &str, after: &str, lint: &str) {
    let repository = Repository::new();
    repository.write("crates/base/src/lib.rs", before);
    repository.commit();
    repository.git("tag base-v0.1.0");
    repository.write("crates/base/src/lib.rs", after);
    let (ok, output) = repository.release(&["semver"]);
    assert!(!ok, "{output}");
    assert_has(&output, &[lint, "help: restore the API, or run `cargo xtask release prepare base=minor`"]);
    repository.replace("crates/base/Cargo.toml", "0.1.0", "0.2.0");
    repository.replace("Cargo.toml", "0.1.0", "0.2.0");
    let (ok, output) = repository.release(&["semver"]);
    assert!(ok, "{output}");
}

#[test]
#[ignore = "needs cargo-semver-checks: `cargo xtask ci --full` runs it"]
fn semver_finds_breaking_changes() {
    assert_breaking(BASE, "//! Base.\n/// Kept.\npub fn kept() {}\n", "function_missing");
    let before = format!("{BASE}/// Kept.\npub trait Kept {{\n    /// Kept.\n    fn kept(&self);\n}}\n");
    let after = before.replace("fn kept(&self);", "fn kept(&self);\n    /// New.\n    fn more(&self);");
    assert_breaking(&before, &after, "trait_method_added");
}
