//! `cargo xtask msrv`: the client crates with the oldest compiler they promise, where it is installed.

use anyhow::{Context, Result};

use super::{Command, no_more};
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "msrv",
    flags: "",
    about: "compile the client crates with the oldest compiler they promise, where it is installed",
    run: |workspace, args| {
        no_more(args)?;
        let mut report = Report::default();
        steps(workspace, &mut report);
        Ok(report)
    },
};

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    report.step("msrv", || oldest(workspace));
}

fn oldest(workspace: &Workspace) -> Result<Outcome> {
    let root = workspace.root();
    let clients = workspace.clients();
    let promised = clients
        .iter()
        .map(|package| {
            package.rust_version.as_ref().with_context(|| format!("`{}` has no rust-version", package.name))
        })
        .collect::<Result<Vec<_>>>()?;
    let oldest = promised.into_iter().min().context("there is no client crate")?;
    let version = format!("{}.{}", oldest.major, oldest.minor);

    let asked = Run::program(&root, "rustup", &["run", &version, "cargo", "--version"]).quietly();
    if !asked.is_ok_and(|said| said.ok) {
        return Ok(Outcome::not_run(format!(
            "Rust {version} is not installed (rustup toolchain install {version})"
        )));
    }
    let mut args = vec!["run", &version, "cargo", "check"];
    for package in &clients {
        args.extend(["-p", package.name.as_str()]);
    }
    let run = Run::program(&root, "rustup", &args);
    let mend = format!("{run}, or raise rust-version in Cargo.toml");
    if run.loudly()? {
        Ok(Outcome::passed(format!("Rust {version} compiles {} client crates", clients.len())))
    } else {
        Ok(Outcome::failed(format!("Rust {version} does not compile the client crates"), mend))
    }
}
