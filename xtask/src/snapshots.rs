//! Snapshots: which there are, which a run of the tests asked for, and what none of them may hold.

pub mod diff;
pub mod record;
pub mod secrets;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::finding::Finding;

/// All snapshots below a folder, each list sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Snapshots {
    /// `*.snap`: what the tests compare with.
    pub decided: Vec<PathBuf>,
    /// `*.snap.new` and `*.pending-snap`: what a test saw instead, and nobody has accepted or rejected yet.
    pub undecided: Vec<PathBuf>,
    /// `*.stderr`: what the compiler must say to code that must not compile.
    pub compiler: Vec<PathBuf>,
}

impl Snapshots {
    /// Looks by hand and not through git: undecided snapshots are ignored by git, which is how they get forgotten.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn below(folder: &Path) -> Result<Self> {
        let mut found = Self::default();
        found.collect(folder)?;
        for list in [&mut found.decided, &mut found.undecided, &mut found.compiler] {
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
                self.undecided.push(path);
            } else if name.ends_with(".snap") {
                self.decided.push(path);
            } else if name.ends_with(".stderr") {
                self.compiler.push(path);
            }
        }
        Ok(())
    }

    /// Those that nobody has accepted or rejected.
    #[must_use]
    pub fn undecided_ones(&self, root: &Path) -> Vec<Finding> {
        let what = |path: &PathBuf| format!("undecided: {}", shown(root, path));
        let mend = "cargo xtask snapshots --review (or --accept, --reject for all)";
        self.undecided.iter().map(|path| Finding::new(what(path), mend)).collect()
    }

    /// Those that no test of a complete run asked for: their tests are gone, or have other names now.
    #[must_use]
    pub fn orphans(&self, root: &Path, asked_for: &BTreeSet<PathBuf>) -> Vec<Finding> {
        self.decided
            .iter()
            .filter(|path| !asked_for.contains(*path))
            .map(|path| {
                let name = shown(root, path);
                Finding::new(format!("orphaned, no test asks for it: {name}"), format!("git rm {name}"))
            })
            .collect()
    }

    /// Those that show a secret.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn leaks(&self, root: &Path) -> Result<Vec<Finding>> {
        let read = |path: &PathBuf| {
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
        };
        let mut found = Vec::new();
        let ours = self.decided.iter().chain(&self.undecided).map(|path| (path, true));
        for (path, ours) in ours.chain(self.compiler.iter().map(|path| (path, false))) {
            let text = read(path)?;
            // The compiler quotes source code, in which names of secrets stand for other things.
            let leaks = if ours { secrets::in_snapshot(&text) } else { secrets::marks(&text) };
            found.extend(leaks.into_iter().map(|leak| {
                Finding::new(
                    format!("{}:{} {}", shown(root, path), leak.line, leak.what),
                    "mask it where the snapshot is made (oauth_testing has masks), then cargo xtask snapshots --review",
                )
            }));
        }
        Ok(found)
    }
}

fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

/// A snapshot file without the lines that say where it comes from.
#[must_use]
pub fn content(file: &str) -> &str {
    let body = file.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).map(|(_, body)| body);
    body.unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each fault planted, each found, and each with the command that mends it.
    #[test]
    fn undecided_orphaned_and_leaking_snapshots() {
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
        let told = |findings: Vec<Finding>| findings.iter().map(ToString::to_string).collect::<Vec<_>>();
        let leaks = told(found.leaks(&root).unwrap());
        std::fs::remove_dir_all(&root).unwrap();

        let at = |names: &[&str]| names.iter().map(|name| deep.join(name)).collect::<Vec<_>>();
        assert_eq!(found.decided, at(&["a.snap", "b.snap"]));
        assert_eq!(found.undecided, at(&[".lib.rs.pending-snap", "a.snap.new"]));
        assert_eq!(found.compiler, at(&["c.stderr"]));

        let orphans = told(found.orphans(&root, &BTreeSet::from([deep.join("a.snap")])));
        assert_eq!(orphans.len(), 1);
        assert!(orphans[0].contains("mend: git rm crates/one/tests/snapshots/b.snap"), "{orphans:?}");
        let undecided = told(found.undecided_ones(&root));
        assert!(
            undecided.len() == 2 && undecided[1].contains("cargo xtask snapshots --review"),
            "{undecided:?}"
        );
        assert_eq!(leaks.len(), 1);
        assert!(leaks[0].contains("b.snap:4 ") && leaks[0].contains("mend: mask it"), "{leaks:?}");
    }

    #[test]
    fn the_content_is_what_comes_after_the_second_line_of_hyphens() {
        assert_eq!(content("---\nsource: a.rs\n---\none\n---\ntwo\n"), "one\n---\ntwo\n");
        assert_eq!(content("no head\n"), "no head\n");
    }
}
