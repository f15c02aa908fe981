//! Runs `cargo semver-checks` on a crate.

use anyhow::Result;

use super::level::Level;
use super::plan::CratePlan;
use crate::report::Outcome;
use crate::run::Run;
use crate::workspace::Workspace;

/// Compares one crate with its baseline.
///
/// # Errors
/// If cargo cannot be started.
pub fn check(workspace: &Workspace, krate: &CratePlan) -> Result<Outcome> {
    let (Some(revision), Some(before)) = (krate.baseline.revision(), krate.baseline.version()) else {
        return Ok(Outcome::not_run(format!("{}: no baseline", krate.baseline)));
    };
    let library = workspace.published().iter().any(|package| {
        *package.name == krate.name && package.targets.iter().any(cargo_metadata::Target::is_lib)
    });
    if !library {
        return Ok(Outcome::not_run("not a library"));
    }
    let kind = match Level::allowed(before, &krate.next) {
        Level::Major => {
            return Ok(Outcome::passed(format!("{before} to {}: breaking changes are allowed", krate.next)));
        }
        // The names that cargo-semver-checks uses, also below 1.0.
        Level::Minor => "minor",
        Level::Patch | Level::None => "patch",
    };
    let args = ["semver-checks", "-p", &krate.name, "--baseline-rev", revision, "--release-type", kind];
    let run = Run::cargo(&workspace.root(), &args);
    let command = run.to_string();
    if run.run_inherited()? {
        return Ok(Outcome::passed(format!("{before} to {}: no breaking change", krate.next)));
    }
    Ok(Outcome::failed(
        format!("`{}` {} breaks the API of {before}, see above", krate.name, krate.next),
        format!(
            "run `cargo xtask release prepare --at-least {}=major`, or restore the API and check with `{command}`",
            krate.name
        ),
    ))
}
