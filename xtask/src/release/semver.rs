//! `cargo semver-checks`: whether a crate broke what its version promises to keep.

use anyhow::Result;

use super::level::Level;
use super::plan::Planned;
use crate::report::Outcome;
use crate::run::Run;
use crate::workspace::Workspace;

/// Compares one crate with its baseline.
///
/// # Errors
/// When cargo cannot be started.
pub fn check(workspace: &Workspace, one: &Planned) -> Result<Outcome> {
    let (Some(revision), Some(before)) = (one.baseline.revision(), one.baseline.version()) else {
        return Ok(Outcome::not_run(format!("{}: nothing to compare with", one.baseline)));
    };
    let library = workspace.published().iter().any(|package| {
        *package.name == one.name && package.targets.iter().any(cargo_metadata::Target::is_lib)
    });
    if !library {
        return Ok(Outcome::not_run("a program: it has no API"));
    }
    let kind = match Level::allowed(before, &one.next) {
        Level::Major => {
            return Ok(Outcome::passed(format!("{before} to {}: everything may change", one.next)));
        }
        // By the names of that tool, below 1.0 as well.
        Level::Minor => "minor",
        Level::Patch | Level::None => "patch",
    };
    let args = ["semver-checks", "-p", &one.name, "--baseline-rev", revision, "--release-type", kind];
    let run = Run::cargo(&workspace.root(), &args);
    let shown = run.to_string();
    if run.loudly()? {
        return Ok(Outcome::passed(format!("{before} to {}: nothing is broken", one.next)));
    }
    Ok(Outcome::failed(
        format!("`{}` {} breaks what {before} promised, see above", one.name, one.next),
        format!(
            "cargo xtask release prepare --at-least {}=major, or bring back what is gone; `{shown}` tries again",
            one.name
        ),
    ))
}
