//! Git queries.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::run::Run;

/// The git repository that contains a workspace.
#[derive(Debug, Clone)]
pub struct Git {
    root: PathBuf,
}

impl Git {
    /// The repository that contains this folder.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    fn read(&self, args: &[&str]) -> Result<String> {
        Run::program(&self.root, "git", args).read()
    }

    /// Tags with this prefix.
    ///
    /// # Errors
    /// If the folder is not in a repository.
    pub fn tags(&self, prefix: &str) -> Result<Vec<String>> {
        let output = self.read(&["tag", "--list", &format!("{prefix}*")])?;
        Ok(output.lines().map(str::to_owned).collect())
    }

    /// Contents of a file at a revision; `None` if it did not exist.
    ///
    /// # Errors
    /// If the revision is unknown here.
    pub fn show(&self, revision: &str, path: &str) -> Result<Option<String>> {
        self.read(&["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")]).map_err(
            |_| anyhow::anyhow!("git does not know {revision}\nhelp: run `git fetch --unshallow --tags`"),
        )?;
        // `./` makes the path relative to the workspace root.
        let file = Run::program(&self.root, "git", &["show", &format!("{revision}:./{path}")]).capture()?;
        Ok(file.ok.then_some(file.stdout))
    }

    /// Commits that touched a path since a revision (or ever), newest first, one line each.
    ///
    /// # Errors
    /// If the revision is unknown here.
    pub fn commits(&self, since: Option<&str>, path: &str) -> Result<Vec<String>> {
        let range = since.map_or_else(|| "HEAD".to_owned(), |since| format!("{since}..HEAD"));
        let output = self.read(&["log", "--format=%h %s", &range, "--", path])?;
        Ok(output.lines().map(str::to_owned).collect())
    }

    /// Uncommitted files under a path.
    ///
    /// # Errors
    /// If the folder is not in a repository.
    pub fn uncommitted(&self, path: &str) -> Result<Vec<String>> {
        let output = self.read(&["status", "--porcelain", "--", path])?;
        Ok(output.lines().map(str::to_owned).collect())
    }

    /// The commit that is checked out.
    ///
    /// # Errors
    /// If there is no commit.
    pub fn head(&self) -> Result<String> {
        Ok(self.read(&["rev-parse", "HEAD"])?.trim().to_owned())
    }

    /// The commit of a tag.
    ///
    /// # Errors
    /// If there is no such tag.
    pub fn commit_of(&self, tag: &str) -> Result<String> {
        Ok(self.read(&["rev-parse", &format!("{tag}^{{commit}}")])?.trim().to_owned())
    }

    /// Tags the commit that is checked out.
    ///
    /// # Errors
    /// If the tag exists, or git has no user name and email.
    pub fn tag(&self, tag: &str, message: &str) -> Result<()> {
        self.read(&["tag", "--annotate", tag, "--message", message]).map(drop)
    }
}
