//! `cargo xtask walls`: the two walls, for the crates there are.

use super::{Command, no_more};
use crate::house;
use crate::report::{Outcome, Report};
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
        let breaches = picture.breaches(house::STANDING);
        if !breaches.is_empty() {
            let what: Vec<String> = breaches.iter().map(ToString::to_string).collect();
            return Ok(Outcome::failed(what.join("\n"), "each as said; then `cargo xtask walls` again"));
        }
        let here = |name: &str| picture.crates.iter().any(|one| one.name == name);
        let (there, missing): (Vec<&str>, Vec<&str>) = house::CRATES
            .iter()
            .filter(|(_, role)| *role != house::Role::Other)
            .map(|(name, _)| *name)
            .partition(|name| here(name));
        let mut note = format!("both hold for {}", there.join(", "));
        if !missing.is_empty() {
            note.push_str(&format!("\nnot there yet: {}", missing.join(", ")));
        }
        Ok(Outcome::passed(note))
    });
}
