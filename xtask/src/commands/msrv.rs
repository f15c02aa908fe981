//! `cargo xtask msrv`: each published crate with the oldest compiler it promises, where that is installed.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

use super::{Command, no_more};
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::workspace::{Workspace, is_published};

pub(super) const COMMAND: Command = Command {
    name: "msrv",
    flags: "",
    about: "compile each published crate with the oldest compiler it promises, where it is installed",
    run: |workspace, args| {
        no_more(args)?;
        let mut report = Report::default();
        steps(workspace, &mut report);
        Ok(report)
    },
};

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    match promised(workspace) {
        Ok(promised) => {
            for (version, names) in promised {
                report.step(&format!("msrv {version}"), || compile(workspace, &version, &names));
            }
        }
        Err(error) => report.step("msrv", || Err(error)),
    }
}

/// The published crates by the version that they promise.
fn promised(workspace: &Workspace) -> Result<BTreeMap<String, Vec<String>>> {
    let mut by_version: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in workspace.members().into_iter().filter(|package| is_published(package)) {
        let promised = package.rust_version.as_ref().with_context(|| {
            format!("`{0}` has no rust-version: add it in crates/{0}/Cargo.toml", package.name)
        })?;
        let version = format!("{}.{}", promised.major, promised.minor);
        by_version.entry(version).or_default().push(package.name.to_string());
    }
    Ok(by_version)
}

/// Whether rustup has this Rust.
pub(super) fn is_installed(root: &Path, version: &str) -> bool {
    let asked = Run::program(root, "rustup", &["run", version, "cargo", "--version"]).quietly();
    asked.is_ok_and(|said| said.ok)
}

fn compile(workspace: &Workspace, version: &str, names: &[String]) -> Result<Outcome> {
    let root = workspace.root();
    if !is_installed(&root, version) {
        return Ok(Outcome::not_run(format!(
            "Rust {version} is not installed (rustup toolchain install {version})"
        )));
    }
    let mut args = vec!["run", version, "cargo", "check"];
    for name in names {
        args.extend(["-p", name.as_str()]);
    }
    let run = Run::program(&root, "rustup", &args);
    let mend = format!("{run}, and mend what it names or raise rust-version");
    if run.loudly()? {
        Ok(Outcome::passed(format!("Rust {version} compiles {}", names.join(", "))))
    } else {
        Ok(Outcome::failed(format!("Rust {version} does not compile what promises it"), mend))
    }
}
