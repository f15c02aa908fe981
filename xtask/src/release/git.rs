//! What is asked of git.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::run::Run;

/// The repository around a workspace.
#[derive(Debug, Clone)]
pub struct Git {
    root: PathBuf,
}

impl Git {
    /// The repository around this folder.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    fn read(&self, args: &[&str]) -> Result<String> {
        Run::program(&self.root, "git", args).read()
    }

    /// Tags that begin so.
    ///
    /// # Errors
    /// When this is no repository.
    pub fn tags(&self, prefix: &str) -> Result<Vec<String>> {
        let said = self.read(&["tag", "--list", &format!("{prefix}*")])?;
        Ok(said.lines().map(str::to_owned).collect())
    }

    /// A file as it was in a revision; `None` if it was not there.
    ///
    /// # Errors
    /// When the revision is not known here.
    pub fn show(&self, revision: &str, path: &str) -> Result<Option<String>> {
        self.read(&["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")]).map_err(
            |_| {
                anyhow::anyhow!("git does not know {revision} here: `git fetch --unshallow --tags` brings it")
            },
        )?;
        // `./`: from the workspace's root, wherever in the repository that is.
        let shown = Run::program(&self.root, "git", &["show", &format!("{revision}:./{path}")]).quietly()?;
        Ok(shown.ok.then_some(shown.stdout))
    }

    /// The commits since a revision (or all) that touched a path, newest first, one line each.
    ///
    /// # Errors
    /// When the revision is not known here.
    pub fn commits(&self, since: Option<&str>, path: &str) -> Result<Vec<String>> {
        let range = since.map_or_else(|| "HEAD".to_owned(), |since| format!("{since}..HEAD"));
        let said = self.read(&["log", "--format=%h %s", &range, "--", path])?;
        Ok(said.lines().map(str::to_owned).collect())
    }

    /// What is not committed under a path.
    ///
    /// # Errors
    /// When this is no repository.
    pub fn uncommitted(&self, path: &str) -> Result<Vec<String>> {
        let said = self.read(&["status", "--porcelain", "--", path])?;
        Ok(said.lines().map(str::to_owned).collect())
    }

    /// The commit that is checked out.
    ///
    /// # Errors
    /// When there is none yet.
    pub fn head(&self) -> Result<String> {
        Ok(self.read(&["rev-parse", "HEAD"])?.trim().to_owned())
    }

    /// The commit that a tag stands on.
    ///
    /// # Errors
    /// When there is no such tag.
    pub fn commit_of(&self, tag: &str) -> Result<String> {
        Ok(self.read(&["rev-parse", &format!("{tag}^{{commit}}")])?.trim().to_owned())
    }

    /// Puts a tag on the commit that is checked out.
    ///
    /// # Errors
    /// When git refuses: there is such a tag, or git does not know who tags.
    pub fn tag(&self, tag: &str, message: &str) -> Result<()> {
        self.read(&["tag", "--annotate", tag, "--message", message]).map(drop)
    }
}
