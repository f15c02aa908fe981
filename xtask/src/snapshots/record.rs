//! Which snapshots the tests asked for, as insta writes it down while a run goes on.
//!
//! A run costs nothing more for being recorded, so every complete one is. The record counts as long as nothing in the
//! workspace is newer; after that the tests have to run again before anybody can say that a snapshot is an orphan.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::run::Run;
use crate::workspace::Workspace;

/// What makes insta write the path of each snapshot that it compares with into a file.
const VARIABLE: &str = "INSTA_SNAPSHOT_REFERENCES_FILE";

/// The record of one workspace.
#[derive(Debug)]
pub struct Record {
    root: PathBuf,
    file: PathBuf,
}

impl Record {
    /// The record of this workspace, whether or not there is one yet.
    #[must_use]
    pub fn of(workspace: &Workspace) -> Self {
        Self { root: workspace.root(), file: workspace.target().join("xtask/snapshots-asked-for") }
    }

    /// Makes this run of the tests write down what it asks for, in place of an earlier run.
    ///
    /// # Errors
    /// When no file can be made in the target folder.
    pub fn while_running(&self, tests: Run) -> Result<Run> {
        let growing = self.growing();
        let folder = growing.parent().context("the record lies in a folder")?;
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        std::fs::write(&growing, "").with_context(|| format!("cannot write {}", growing.display()))?;
        Ok(tests.unseen_env(VARIABLE, &growing.to_string_lossy()))
    }

    /// Keeps what was written down: only for a run that came to its end with every test passed, as one that stopped
    /// early did not ask for everything.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn keep(&self) -> Result<()> {
        let growing = self.growing();
        let lines = std::fs::read_to_string(&growing)
            .with_context(|| format!("cannot read {}", growing.display()))?;
        let asked_for: BTreeSet<PathBuf> =
            lines.lines().map(|line| std::fs::canonicalize(line).unwrap_or_else(|_| line.into())).collect();
        // The target folder may serve several workspaces, so the record says whose it is.
        let mut text = format!("{}\n", self.root.display());
        for path in asked_for {
            text += &format!("{}\n", path.display());
        }
        std::fs::write(&self.file, text).with_context(|| format!("cannot write {}", self.file.display()))
    }

    /// What the last complete run asked for; `None` when there was none since the workspace changed.
    ///
    /// # Errors
    /// When the workspace cannot be looked through.
    pub fn asked_for(&self) -> Result<Option<BTreeSet<PathBuf>>> {
        let Ok(text) = std::fs::read_to_string(&self.file) else { return Ok(None) };
        let mut lines = text.lines().map(PathBuf::from);
        if lines.next().as_ref() != Some(&self.root) {
            return Ok(None);
        }
        let written = std::fs::metadata(&self.file)?.modified()?;
        let mut newest = SystemTime::UNIX_EPOCH;
        for name in ["Cargo.toml", "Cargo.lock", "crates", "tests", "xtask"] {
            newest = newest.max(last_change(&self.root.join(name))?);
        }
        Ok((newest <= written).then(|| lines.collect()))
    }

    fn growing(&self) -> PathBuf {
        self.file.with_extension("growing")
    }
}

/// When this file, or anything in this folder, last changed. A folder changes itself when something in it comes or goes.
fn last_change(path: &Path) -> Result<SystemTime> {
    let Ok(about) = std::fs::symlink_metadata(path) else { return Ok(SystemTime::UNIX_EPOCH) };
    let mut newest = about.modified()?;
    if about.is_dir() {
        for entry in std::fs::read_dir(path).with_context(|| format!("cannot list {}", path.display()))? {
            newest = newest.max(last_change(&entry?.path())?);
        }
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_holds_until_something_changes_and_for_its_own_workspace_only() {
        let root = std::env::temp_dir().join(format!("xtask-record-{}", std::process::id()));
        std::fs::create_dir_all(root.join("crates/one")).unwrap();
        std::fs::create_dir_all(root.join("target/xtask")).unwrap();
        let snap = root.join("crates/one/a.snap");
        std::fs::write(&snap, "").unwrap();
        let record = Record { root: root.clone(), file: root.join("target/xtask/snapshots-asked-for") };
        assert_eq!(record.asked_for().unwrap(), None, "nothing was recorded yet");

        std::fs::write(record.growing(), format!("{0}\n{0}\n", snap.display())).unwrap();
        record.keep().unwrap();
        assert_eq!(record.asked_for().unwrap(), Some(BTreeSet::from([snap.clone()])));
        let other = Record { root: root.join("elsewhere"), file: record.file.clone() };
        assert_eq!(other.asked_for().unwrap(), None, "it is another workspace's");

        let later = SystemTime::now() + std::time::Duration::from_secs(60);
        std::fs::File::options().write(true).open(&snap).unwrap().set_modified(later).unwrap();
        assert_eq!(record.asked_for().unwrap(), None, "a file is newer");
        std::fs::remove_dir_all(&root).unwrap();
    }
}
