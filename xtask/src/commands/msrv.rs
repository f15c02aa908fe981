//! `cargo xtask msrv`: compiles each published crate with its `rust-version`, if that toolchain is installed.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

use super::{Command, expect_no_args};
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::workspace::{Workspace, is_published};

pub(super) const COMMAND: Command = Command {
    name: "msrv",
    flags: "",
    about: "compile each published crate with its rust-version, if that toolchain is installed",
    run: |workspace, args| {
        expect_no_args(args)?;
        let mut report = Report::default();
        steps(workspace, &mut report);
        Ok(report)
    },
};

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    match crates_by_rust_version(workspace) {
        Ok(crates_by_rust_version) => {
            for (version, names) in crates_by_rust_version {
                report.step(&format!("msrv {version}"), || compile(workspace, &version, &names));
            }
        }
        Err(error) => report.step("msrv", || Err(error)),
    }
}

/// Published crates, grouped by their `rust-version`.
fn crates_by_rust_version(workspace: &Workspace) -> Result<BTreeMap<String, Vec<String>>> {
    let mut by_version: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in workspace.members().into_iter().filter(|package| is_published(package)) {
        let crates_by_rust_version = package.rust_version.as_ref().with_context(|| {
            format!("`{0}` has no rust-version\nhelp: add it to crates/{0}/Cargo.toml", package.name)
        })?;
        let version = format!("{}.{}", crates_by_rust_version.major, crates_by_rust_version.minor);
        by_version.entry(version).or_default().push(package.name.to_string());
    }
    Ok(by_version)
}

/// True if rustup has this toolchain.
pub(super) fn is_installed(root: &Path, version: &str) -> bool {
    let result = Run::program(root, "rustup", &["run", version, "cargo", "--version"]).capture();
    result.is_ok_and(|output| output.ok)
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
    let help = format!("run `{run}` and fix its errors, or raise rust-version");
    if run.run_inherited()? {
        Ok(Outcome::passed(format!("Rust {version} compiles {}", names.join(", "))))
    } else {
        Ok(Outcome::failed(
            format!("a crate with rust-version {version} does not compile with Rust {version}"),
            help,
        ))
    }
}
