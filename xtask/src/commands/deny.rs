//! `cargo xtask deny`: what may be in the dependency tree, as `deny.toml` says.

use anyhow::Result;

use super::tools::{self, CARGO_DENY};
use super::{Command, no_more};
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "deny",
    flags: "",
    about: "bans, licences and sources of all dependencies; advisories where their database can be had",
    run: |workspace, args| {
        no_more(args)?;
        let mut report = Report::default();
        steps(workspace, &mut report);
        Ok(report)
    },
};

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    let root = workspace.root();
    report.step("deny", || {
        if let Some(missing) = tools::missing(&root, &CARGO_DENY)? {
            return Ok(Outcome::failed(missing, CARGO_DENY.install()));
        }
        let ok =
            Run::cargo(&root, &["deny", "--workspace", "check", "bans", "licenses", "sources"]).loudly()?;
        if ok {
            return Ok(Outcome::passed("bans, licences and sources as deny.toml wants them"));
        }
        Ok(Outcome::failed(
            "see above",
            "cargo tree -i CRATE shows who brings it; deny.toml says what is allowed and why",
        ))
    });
    report.step("advisories", || {
        if let Some(missing) = tools::missing(&root, &CARGO_DENY)? {
            return Ok(Outcome::failed(missing, CARGO_DENY.install()));
        }
        advisories(workspace)
    });
}

/// Two steps, so that a database which cannot be had is told from a tree with a known fault in it.
fn advisories(workspace: &Workspace) -> Result<Outcome> {
    let root = workspace.root();
    println!("fetching the advisory database");
    let fetched = Run::cargo(&root, &["deny", "--workspace", "fetch", "db"]).quietly()?;
    if !fetched.ok {
        return Ok(Outcome::not_run("the advisory database cannot be had from here"));
    }
    let ok =
        Run::cargo(&root, &["deny", "--workspace", "check", "--disable-fetch", "advisories"]).loudly()?;
    if ok {
        return Ok(Outcome::passed("no known fault in any dependency"));
    }
    Ok(Outcome::failed("a dependency has a known fault, see above", "cargo update -p CRATE"))
}
