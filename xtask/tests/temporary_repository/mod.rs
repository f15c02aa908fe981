//! A temporary workspace of two crates in its own repository: `base`, and `user`, which depends on it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The workspace, deleted when dropped.
pub(crate) struct TemporaryRepository {
    folder: TempDir,
}

const LOG: &str = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- First things.\n";

impl TemporaryRepository {
    /// Creates and commits a workspace that was never released.
    pub(crate) fn new() -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap() };
        repository.write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n\n[workspace.dependencies]\n\
             # Workspace crates.\nbase = { path = \"crates/base\", version = \"0.1.0\" }\n",
        );
        repository.write(".gitignore", "/target\n");
        repository.add_crate("base", "");
        repository.add_crate("user", "\n[dependencies]\nbase.workspace = true\n");
        repository.write("crates/base/src/lib.rs", "//! Base.\npub fn kept() {}\npub fn gone() {}\n");
        repository.write("crates/user/src/lib.rs", "//! User.\npub use base::kept;\n");
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        // Needed for the tags that xtask creates.
        repository.git(&["config", "user.name", "TemporaryRepository"]);
        repository.git(&["config", "user.email", "repository@example.com"]);
        repository.cargo_lock();
        repository.commit("Begin");
        repository
    }

    fn add_crate(&self, name: &str, tables: &str) {
        self.write(
            &format!("crates/{name}/Cargo.toml"),
            &format!(
                "[package]\nname = \"{name}\"\nversion = \"0.1.0\" # its own\nedition = \"2024\"\n\
                 license = \"MIT\"\ndescription = \"{name}\"\n{tables}"
            ),
        );
        self.write(&format!("crates/{name}/CHANGELOG.md"), LOG);
    }

    fn cargo_lock(&self) {
        let done = Command::new(real_cargo())
            .args(["generate-lockfile", "--offline", "--quiet"])
            .current_dir(self.root())
            .status();
        assert!(done.unwrap().success());
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap()
    }

    /// Replaces text in a file, which must contain it.
    #[allow(dead_code, reason = "not every test needs it")]
    pub(crate) fn replace(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert!(text.contains(old), "{path} has no {old:?}:\n{text}");
        self.write(path, &text.replace(old, new));
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        let output = Command::new("git").args(args).current_dir(self.root()).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs `cargo xtask` in the workspace; returns whether it succeeded, and its output.
    pub(crate) fn xtask(&self, args: &[&str]) -> (bool, String) {
        self.xtask_by(&real_cargo(), args)
    }

    /// The same with another cargo.
    pub(crate) fn xtask_by(&self, cargo: &Path, args: &[&str]) -> (bool, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(args)
            .current_dir(self.root())
            .env("CARGO", cargo)
            // Builds here are useless elsewhere.
            .env("CARGO_TARGET_DIR", self.root().join("target"))
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }
}

/// The cargo that runs the tests.
pub(crate) fn real_cargo() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}
