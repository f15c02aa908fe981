//! Record of the snapshots that the tests used, written by insta.
//!
//! Every complete test run is recorded. The record is valid until a file of the workspace changes; then the
//! tests must run again to find orphans.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::run::Run;
use crate::workspace::Workspace;

/// Variable that makes insta append the path of each snapshot it compares to a file.
const VARIABLE: &str = "INSTA_SNAPSHOT_REFERENCES_FILE";

/// The record of one workspace.
#[derive(Debug)]
pub struct Record {
    root: PathBuf,
    file: PathBuf,
}

impl Record {
    /// The record of this workspace, which may not exist yet.
    #[must_use]
    pub fn of(workspace: &Workspace) -> Self {
        Self { root: workspace.root(), file: workspace.target().join("xtask/snapshot-references") }
    }

    /// Makes a test run write a new record.
    ///
    /// # Errors
    /// If the file cannot be created in the target folder.
    pub fn start(&self, tests: Run) -> Result<Run> {
        let unfinished_file = self.unfinished_file();
        let folder = unfinished_file.parent().context("the path has no parent")?;
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        std::fs::write(&unfinished_file, "")
            .with_context(|| format!("cannot write {}", unfinished_file.display()))?;
        Ok(tests.hidden_env(VARIABLE, &unfinished_file.to_string_lossy()))
    }

    /// Keeps the record. Call this only after a complete run in which every test passed.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn finish(&self) -> Result<()> {
        let unfinished_file = self.unfinished_file();
        let lines = std::fs::read_to_string(&unfinished_file)
            .with_context(|| format!("cannot read {}", unfinished_file.display()))?;
        let referenced: BTreeSet<PathBuf> =
            lines.lines().map(|line| std::fs::canonicalize(line).unwrap_or_else(|_| line.into())).collect();
        // The first line names the workspace, because workspaces may share a target folder.
        let mut text = format!("{}\n", self.root.display());
        for path in referenced {
            text += &format!("{}\n", path.display());
        }
        std::fs::write(&self.file, text).with_context(|| format!("cannot write {}", self.file.display()))
    }

    /// Snapshots used by the last complete run; `None` if the workspace changed since.
    ///
    /// # Errors
    /// If a workspace folder cannot be read.
    pub fn referenced(&self) -> Result<Option<BTreeSet<PathBuf>>> {
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

    fn unfinished_file(&self) -> PathBuf {
        self.file.with_extension("unfinished")
    }
}

/// Latest modification time of a file, or of a folder and everything in it.
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
    fn record_expires_on_change_and_belongs_to_one_workspace() {
        let root = std::env::temp_dir().join(format!("xtask-record-{}", std::process::id()));
        std::fs::create_dir_all(root.join("crates/one")).unwrap();
        std::fs::create_dir_all(root.join("target/xtask")).unwrap();
        let snap = root.join("crates/one/a.snap");
        std::fs::write(&snap, "").unwrap();
        let record = Record { root: root.clone(), file: root.join("target/xtask/snapshot-references") };
        assert_eq!(record.referenced().unwrap(), None, "nothing recorded yet");

        std::fs::write(record.unfinished_file(), format!("{0}\n{0}\n", snap.display())).unwrap();
        record.finish().unwrap();
        assert_eq!(record.referenced().unwrap(), Some(BTreeSet::from([snap.clone()])));
        let other = Record { root: root.join("elsewhere"), file: record.file.clone() };
        assert_eq!(other.referenced().unwrap(), None, "record of another workspace");

        let later = SystemTime::now() + std::time::Duration::from_secs(60);
        std::fs::File::options().write(true).open(&snap).unwrap().set_modified(later).unwrap();
        assert_eq!(record.referenced().unwrap(), None, "a file changed later");
        std::fs::remove_dir_all(&root).unwrap();
    }
}
