//! A release rehearsed: the packages as a registry would hand them out, unpacked outside this workspace, and used from there.
//!
//! What a test inside the workspace cannot see shows here: a file that was left out of a package, a feature that only a neighbour
//! had switched on, a dependency that is older than what the code needs.

mod consumer;
mod minimal;
mod packages;
mod pages;

use std::path::PathBuf;

use anyhow::Result;

use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::workspace::Workspace;
use packages::Packages;

/// Where it takes place.
#[derive(Debug)]
struct Stage {
    /// Outside the workspace, and another one each time; removed when all went well.
    folder: PathBuf,
    /// Kept, so that dependencies are compiled once only.
    target: PathBuf,
}

impl Stage {
    fn of(workspace: &Workspace) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("oauth-rehearsal-{}", std::process::id()));
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        Ok(Self { folder, target: workspace.target().join("rehearse") })
    }

    /// Cargo in a folder of the stage.
    fn cargo(&self, folder: &str, args: &[&str]) -> Run {
        Run::cargo(&self.folder.join(folder), args)
            .env("CARGO_TARGET_DIR", &self.target.to_string_lossy())
            .env("CARGO_INCREMENTAL", "0")
    }

    /// Leaves compiled dependencies for the next time, and nothing else. The packages get another folder then, for their files
    /// are dated 2006 in every one of them and cargo would take what it compiled before for theirs.
    fn strike(&self, names: &[&str]) -> Result<()> {
        let ours: Vec<String> =
            names.iter().chain(&["team", "between", "connect"]).map(|name| name.replace('-', "_")).collect();
        for folder in ["deps", ".fingerprint", "examples", "build"] {
            let Ok(entries) = std::fs::read_dir(self.target.join("debug").join(folder)) else { continue };
            for entry in entries {
                let path = entry?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy().replace('-', "_");
                let name = name.strip_prefix("lib").unwrap_or(&name);
                if !ours
                    .iter()
                    .any(|one| name.strip_prefix(one.as_str()).is_some_and(|rest| rest.starts_with('_')))
                {
                    continue;
                }
                if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) }?;
            }
        }
        std::fs::remove_dir_all(&self.folder)?;
        Ok(())
    }
}

/// The whole rehearsal.
pub fn steps(workspace: &Workspace, report: &mut Report) {
    let before = report.failures();
    let mut packed = None;
    report.step("rehearse: packages", || {
        let stage = Stage::of(workspace)?;
        let packages = Packages::make(workspace, &stage)?;
        let outcome = packages.judge();
        packed = Some((stage, packages));
        Ok(outcome)
    });
    let Some((stage, packages)) = packed else {
        report.left_out("rehearse: the rest", "there are no packages to rehearse with");
        return;
    };
    let clients = workspace.clients();
    let providers = clients.iter().filter(|package| *package.name != "oauth-core");
    for provider in providers {
        report.step(&format!("rehearse: {}", provider.name), || {
            consumer::rehearse(&stage, &packages, &provider.name)
        });
    }
    report.step("rehearse: oauth demo", || demo(&stage));
    report.step("rehearse: docs.rs", || pages::rehearse(&stage, &packages));
    report.step("rehearse: least versions", || minimal::rehearse(&stage, &packages, workspace.roles()));
    if report.failures() == before {
        if let Err(error) = stage.strike(&packages.names()) {
            println!("{} could not be cleared away: {error}", stage.folder.display());
        }
    } else {
        println!("left for a look: {}", stage.folder.display());
    }
}

/// The program, its sandbox and all four providers, from packages.
fn demo(stage: &Stage) -> Result<Outcome> {
    println!("building the `oauth` program and `oauth-store` from their packages");
    let check =
        stage.cargo(packages::FOLDER, &["check", "--quiet", "--package", "oauth-store", "--examples"]);
    let shown = check.to_string();
    if !check.loudly()? {
        return Ok(Outcome::failed("the packaged `oauth-store` does not compile", shown));
    }
    let run =
        stage.cargo(packages::FOLDER, &["run", "--quiet", "--package", "oauth-cli", "--", "demo", "--json"]);
    let shown = run.to_string();
    let (ok, output) = run.kept()?;
    let last = output.lines().last().unwrap_or_default();
    Ok(if ok && last.contains("\"event\":\"summary\"") && last.contains("\"ok\":true") {
        Outcome::passed("`oauth demo` from packages: every step held; oauth-store compiles")
    } else {
        Outcome::failed(format!("`oauth demo` from packages ended with: {last}"), shown)
    })
}
