//! Release rehearsal: builds the packages, unpacks them outside the workspace and uses them there.
//!
//! It finds errors that tests inside the workspace cannot: a file missing from a package, a feature enabled
//! only by another workspace crate, or a requirement on a version that is too old.

mod consumer;
mod docs_rs;
mod downstream;
mod minimal;
mod packages;
pub(crate) mod tls;

use std::path::PathBuf;

use anyhow::Result;
use xshell::{Cmd, Shell, cmd};

use crate::report::{Outcome, Report};
use crate::run;
use crate::workspace::Workspace;
use packages::Packages;

/// Folders of one rehearsal.
#[derive(Debug)]
struct Rehearsal {
    /// New folder outside the workspace, removed after success.
    folder: PathBuf,
    /// Kept between rehearsals, so that dependencies are compiled only once.
    target: PathBuf,
    shell: Shell,
}

impl Rehearsal {
    fn of(workspace: &Workspace) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("oauth-rehearsal-{}", std::process::id()));
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        Ok(Self { folder, target: workspace.target().join("rehearse"), shell: Shell::new()? })
    }

    /// Cargo in a subfolder of the rehearsal.
    fn cargo(&self, folder: &str, args: &[&str]) -> Cmd<'_> {
        self.shell.change_dir(self.folder.join(folder));
        cmd!(self.shell, "cargo {args...}")
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_INCREMENTAL", "0")
    }

    /// Removes everything but compiled dependencies. Packaged files all have the same date, so cargo would
    /// otherwise reuse build output of an earlier rehearsal.
    fn cleanup(&self, names: &[&str]) -> Result<()> {
        let prefixes: Vec<String> = names
            .iter()
            .chain(&["app", "wrapper", "connect", "downstream", "examples", "own_provider"])
            .map(|name| name.replace('-', "_"))
            .collect();
        for folder in ["deps", ".fingerprint", "examples", "build"] {
            let Ok(entries) = std::fs::read_dir(self.target.join("debug").join(folder)) else { continue };
            for entry in entries {
                let path = entry?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy().replace('-', "_");
                let name = name.strip_prefix("lib").unwrap_or(&name);
                if !prefixes.iter().any(|prefix| {
                    name.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.starts_with('_'))
                }) {
                    continue;
                }
                if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) }?;
            }
        }
        std::fs::remove_dir_all(&self.folder)?;
        Ok(())
    }
}

/// Runs all steps of the rehearsal.
pub(crate) fn steps(workspace: &Workspace, report: &mut Report) {
    let mut packed = None;
    report.step("rehearse: packages", || {
        let rehearsal = Rehearsal::of(workspace)?;
        let packages = Packages::make(workspace, &rehearsal)?;
        let outcome = packages.outcome();
        packed = Some((rehearsal, packages));
        Ok(outcome)
    });
    let Some((rehearsal, packages)) = packed else {
        report.skip("rehearse: remaining steps", "packaging failed");
        return;
    };
    for provider in workspace.providers() {
        report.step(&format!("rehearse: {provider}"), || consumer::rehearse(&rehearsal, &packages, provider));
    }
    report.step("rehearse: downstream", || downstream::rehearse(&rehearsal, &packages, workspace));
    report.step("rehearse: oauth demo", || demo(&rehearsal));
    report.step("rehearse: docs.rs", || docs_rs::rehearse(&rehearsal, &packages));
    report.step("rehearse: minimal versions", || {
        minimal::rehearse(&rehearsal, &packages, &workspace.clients())
    });
    if report.is_clean() {
        if let Err(error) = rehearsal.cleanup(&packages.names()) {
            println!("cannot remove {}: {error}", rehearsal.folder.display());
        }
    } else {
        println!("kept for inspection: {}", rehearsal.folder.display());
    }
}

/// Runs `oauth demo` from the packages, with its sandbox and all providers.
fn demo(rehearsal: &Rehearsal) -> Result<Outcome> {
    println!("building the `oauth` program and `oauth-store` from their packages");
    let check =
        rehearsal.cargo(packages::FOLDER, &["check", "--quiet", "--package", "oauth-store", "--examples"]);
    let command = check.to_string();
    if check.run().is_err() {
        return Ok(Outcome::failed("the packaged `oauth-store` does not compile", command));
    }
    let run = rehearsal
        .cargo(packages::FOLDER, &["run", "--quiet", "--package", "oauth-cli", "--", "demo", "--json"]);
    let command = run.to_string();
    let (ok, output) = run::tee(run)?;
    let last = output.lines().last().unwrap_or_default();
    Ok(if ok && last.contains("\"event\":\"summary\"") && last.contains("\"ok\":true") {
        Outcome::Passed("`oauth demo` from packages passed; oauth-store compiles".to_owned())
    } else {
        Outcome::failed(format!("`oauth demo` from packages ended with: {last}"), command)
    })
}
