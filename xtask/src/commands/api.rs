//! `cargo xtask api`: users of our libraries can name every type of the public API.

use anyhow::Result;
use cargo_metadata::Package;

use super::{Command, expect_no_args};
use crate::api::{self, foreign, names};
use crate::crate_roles::Role;
use crate::diagnostic;
use crate::report::{Outcome, Report};
use crate::workspace::{Workspace, is_published};

pub(super) const COMMAND: Command = Command {
    name: "api",
    flags: "",
    about: "no public signature names a crate that is not re-exported; tests/downstream names every public type",
    run: |workspace, args| {
        expect_no_args(args)?;
        let mut report = Report::default();
        steps(workspace, &mut report);
        Ok(report)
    },
};

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    report.step("public API", || check(workspace));
}

fn check(workspace: &Workspace) -> Result<Outcome> {
    let roles = workspace.roles();
    let members = workspace.members();
    let product = |package: &Package| {
        let library = package.targets.iter().any(cargo_metadata::Target::is_lib);
        let role = roles.get(&package.name);
        library && is_published(package) && role.is_some_and(|role| role != Role::Sandbox)
    };
    let downstream = |package: &Package| *package.name == names::PACKAGE;
    let packages: Vec<&Package> =
        members.into_iter().filter(|package| product(package) || downstream(package)).collect();
    let listings = api::listings(workspace, &packages)?;

    let mut products = listings.clone();
    products.remove(names::PACKAGE);
    let mut diagnostics = foreign::in_signatures(&products);
    let providers: Vec<&str> = roles.with_role(Role::Provider).collect();
    for core in roles.with_role(Role::Core) {
        diagnostics.extend(names::missing(&listings, core, &providers));
    }
    Ok(diagnostic::outcome(&diagnostics, "cargo xtask api", || {
        let items: usize = products.values().map(|listing| listing.lines().count()).sum();
        format!("{items} items of {} libraries: users can name every type", products.len())
    }))
}
