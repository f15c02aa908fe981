//! What makes the workspace one that others can take over and depend on, beside what compiles and passes.
//!
//! One subject a file. Each judges by what it is given and is tested with planted faults; `cargo xtask tidy` asks them all.

pub mod crate_docs;
pub mod licences;
pub mod manifests;
pub mod rust_version;
pub mod sources;
pub mod strays;

use std::path::Path;

use anyhow::Result;

use crate::run::Run;

/// The files that belong to the workspace: tracked, or new and not ignored.
///
/// # Errors
/// When git cannot be asked.
pub fn files(root: &Path) -> Result<Vec<String>> {
    let args = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    let listed = Run::program(root, "git", &args).read()?;
    let there = |name: &&str| !name.is_empty() && root.join(name).is_file();
    Ok(listed.split('\0').filter(there).map(str::to_owned).collect())
}
