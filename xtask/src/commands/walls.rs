//! `cargo xtask walls`: the two walls, for the crates there are.

use super::{Command, no_more};
use crate::finding;
use crate::house::Role;
use crate::report::Report;
use crate::walls::Picture;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "walls",
    flags: "",
    about: "no provider knows another or anything heavy, the sandbox knows no client",
    run: |workspace, args| {
        no_more(args)?;
        let mut report = Report::default();
        steps(workspace, &mut report);
        Ok(report)
    },
};

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    report.step("walls", || {
        let picture = Picture::of(workspace)?;
        Ok(finding::outcome(&picture.breaches(), "cargo xtask walls", || {
            let within: Vec<&str> =
                picture.roles.iter().filter(|(_, role)| *role != Role::Other).map(|(name, _)| name).collect();
            format!("both hold for {}", within.join(", "))
        }))
    });
}
