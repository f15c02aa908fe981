//! `cargo xtask walls`: checks the layering of the crates.

use super::{Command, expect_no_args};
use crate::crate_roles::Role;
use crate::diagnostic;
use crate::layering::CrateGraph;
use crate::report::Report;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "walls",
    flags: "",
    about: "check the layering: providers are light and independent, the sandbox knows no client",
    run: |workspace, args| {
        expect_no_args(args)?;
        let mut report = Report::default();
        steps(workspace, &mut report);
        Ok(report)
    },
};

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    report.step("layering", || {
        let graph = CrateGraph::of(workspace)?;
        Ok(diagnostic::outcome(&graph.violations(), "cargo xtask walls", || {
            let within: Vec<&str> =
                graph.roles.iter().filter(|(_, role)| *role != Role::Other).map(|(name, _)| name).collect();
            format!("both layering rules hold for {}", within.join(", "))
        }))
    });
}
