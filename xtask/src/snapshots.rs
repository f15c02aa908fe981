//! Snapshot files: finds pending and orphaned ones, and leaked secrets.

pub mod diff;
pub mod record;
pub mod secrets;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::diagnostic::Diagnostic;

/// All snapshot files below a folder; each list is sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Snapshots {
    /// `*.snap`: accepted snapshots.
    pub accepted: Vec<PathBuf>,
    /// `*.snap.new` and `*.pending-snap`: results not yet accepted or rejected.
    pub pending: Vec<PathBuf>,
    /// `*.stderr`: compiler errors expected by compile-fail tests.
    pub compiler_errors: Vec<PathBuf>,
}

impl Snapshots {
    /// Finds all snapshot files. Walks the file system, because git ignores pending snapshots.
    ///
    /// # Errors
    /// If a folder cannot be listed.
    pub fn below(folder: &Path) -> Result<Self> {
        let mut found = Self::default();
        found.collect(folder)?;
        for list in [&mut found.accepted, &mut found.pending, &mut found.compiler_errors] {
            list.sort();
        }
        Ok(found)
    }

    fn collect(&mut self, folder: &Path) -> Result<()> {
        let entries =
            std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if entry.file_type()?.is_dir() {
                if !matches!(name.as_ref(), "target" | ".git") {
                    self.collect(&path)?;
                }
            } else if name.ends_with(".snap.new") || name.ends_with(".pending-snap") {
                self.pending.push(path);
            } else if name.ends_with(".snap") {
                self.accepted.push(path);
            } else if name.ends_with(".stderr") {
                self.compiler_errors.push(path);
            }
        }
        Ok(())
    }

    /// Diagnostics for pending snapshots.
    #[must_use]
    pub fn pending_diagnostics(&self, root: &Path) -> Vec<Diagnostic> {
        let message = |path: &PathBuf| format!("pending snapshot: {}", display_path(root, path));
        let help = "run `cargo xtask snapshots --review`, or --accept or --reject for all";
        self.pending.iter().map(|path| Diagnostic::new(message(path), help)).collect()
    }

    /// Diagnostics for snapshots that no test of a complete run used, because their tests were removed or
    /// renamed.
    #[must_use]
    pub fn orphans(&self, root: &Path, referenced: &BTreeSet<PathBuf>) -> Vec<Diagnostic> {
        self.accepted
            .iter()
            .filter(|path| !referenced.contains(*path))
            .map(|path| {
                let name = display_path(root, path);
                Diagnostic::new(
                    format!("orphaned snapshot, no test uses it: {name}"),
                    format!("git rm {name}"),
                )
            })
            .collect()
    }

    /// Diagnostics for snapshots that contain a secret.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn leaks(&self, root: &Path) -> Result<Vec<Diagnostic>> {
        let read = |path: &PathBuf| {
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
        };
        let mut found = Vec::new();
        let is_insta = self.accepted.iter().chain(&self.pending).map(|path| (path, true));
        for (path, is_insta) in is_insta.chain(self.compiler_errors.iter().map(|path| (path, false))) {
            let text = read(path)?;
            // Compiler output quotes source code, where names of secrets have other meanings.
            let leaks = if is_insta { secrets::find_in_snapshot(&text) } else { secrets::find_marked(&text) };
            found.extend(leaks.into_iter().map(|leak| {
                Diagnostic::new(
                    format!("{}:{} {}", display_path(root, path), leak.line, leak.message),
                    "redact it in the test (see oauth_testing), then run `cargo xtask snapshots --review`",
                )
            }));
        }
        Ok(found)
    }
}

fn display_path(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

/// Content of a snapshot file without its metadata header.
#[must_use]
pub fn content(file: &str) -> &str {
    let body = file.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).map(|(_, body)| body);
    body.unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_pending_orphaned_and_leaking_snapshots() {
        let root = std::env::temp_dir().join(format!("xtask-snapshots-{}", std::process::id()));
        let deep = root.join("crates/one/tests/snapshots");
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::create_dir_all(root.join("target")).unwrap();
        for name in ["a.snap", "a.snap.new", ".lib.rs.pending-snap", "c.stderr", "d.rs"] {
            std::fs::write(deep.join(name), "").unwrap();
        }
        std::fs::write(deep.join("b.snap"), "---\nsource: b.rs\n---\nauthorization: Bearer abcd\n").unwrap();
        std::fs::write(root.join("target/b.snap.new"), "").unwrap();
        let found = Snapshots::below(&root).unwrap();
        let texts = |findings: Vec<Diagnostic>| findings.iter().map(ToString::to_string).collect::<Vec<_>>();
        let leaks = texts(found.leaks(&root).unwrap());
        std::fs::remove_dir_all(&root).unwrap();

        let at = |names: &[&str]| names.iter().map(|name| deep.join(name)).collect::<Vec<_>>();
        assert_eq!(found.accepted, at(&["a.snap", "b.snap"]));
        assert_eq!(found.pending, at(&[".lib.rs.pending-snap", "a.snap.new"]));
        assert_eq!(found.compiler_errors, at(&["c.stderr"]));

        let orphans = texts(found.orphans(&root, &BTreeSet::from([deep.join("a.snap")])));
        assert_eq!(orphans.len(), 1);
        assert!(orphans[0].contains("help: git rm crates/one/tests/snapshots/b.snap"), "{orphans:?}");
        let pending = texts(found.pending_diagnostics(&root));
        assert!(pending.len() == 2 && pending[1].contains("cargo xtask snapshots --review"), "{pending:?}");
        assert_eq!(leaks.len(), 1);
        assert!(leaks[0].contains("b.snap:4 ") && leaks[0].contains("help: redact it"), "{leaks:?}");
    }

    #[test]
    fn content_starts_after_metadata_header() {
        assert_eq!(content("---\nsource: a.rs\n---\none\n---\ntwo\n"), "one\n---\ntwo\n");
        assert_eq!(content("no head\n"), "no head\n");
    }
}
