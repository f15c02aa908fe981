//! `cargo xtask deny`: checks dependencies against `deny.toml`.

use anyhow::Result;

use super::tools::{self, CARGO_DENY};
use super::{Command, expect_no_args};
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "deny",
    flags: "",
    about: "check bans, licences and sources of all dependencies, and advisories if their database is reachable",
    run: |workspace, args| {
        expect_no_args(args)?;
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
        let ok = Run::cargo(&root, &["deny", "--workspace", "check", "bans", "licenses", "sources"])
            .run_inherited()?;
        if ok {
            return Ok(Outcome::passed("bans, licences and sources comply with deny.toml"));
        }
        Ok(Outcome::failed(
            "cargo-deny reported errors, see above",
            "`cargo tree -i CRATE` shows what depends on it; deny.toml lists what is allowed and why",
        ))
    });
    report.step("advisories", || {
        if let Some(missing) = tools::missing(&root, &CARGO_DENY)? {
            return Ok(Outcome::failed(missing, CARGO_DENY.install()));
        }
        advisories(workspace)
    });
}

/// Fetches separately, so that an unreachable database is not reported as a vulnerability.
fn advisories(workspace: &Workspace) -> Result<Outcome> {
    let root = workspace.root();
    println!("fetching the advisory database");
    let fetch = Run::cargo(&root, &["deny", "--workspace", "fetch", "db"]).capture()?;
    if !fetch.ok {
        return Ok(Outcome::not_run("the advisory database cannot be fetched"));
    }
    let ok = Run::cargo(&root, &["deny", "--workspace", "check", "--disable-fetch", "advisories"])
        .run_inherited()?;
    if ok {
        return Ok(Outcome::passed("no known vulnerability in any dependency"));
    }
    Ok(Outcome::failed("a dependency has a known vulnerability, see above", "cargo update -p CRATE"))
}
