//! `cargo xtask lint`: form, clippy and documentation.

use anyhow::Result;

use super::{Command, no_more, words};
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::tidy::own_workspaces;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "lint",
    flags: "",
    about: "rustfmt, clippy and rustdoc without a warning",
    run: |workspace, args| {
        no_more(args)?;
        let mut report = Report::default();
        steps(workspace, &mut report);
        Ok(report)
    },
};

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    let root = workspace.root();
    report.step("format", || {
        let mut ok = Run::cargo(&root, &["fmt", "--all", "--check"]).loudly()?;
        // Cargo does not see them from here.
        for own in own_workspaces::ALL {
            let manifest = format!("{own}/Cargo.toml");
            ok &= Run::cargo(&root, &["fmt", "--manifest-path", &manifest, "--all", "--check"]).loudly()?;
        }
        Ok(outcome(
            ok,
            "all files as rustfmt writes them",
            "some files are not as rustfmt writes them",
            "cargo fmt --all; cargo fmt --all --manifest-path benches/Cargo.toml; the same for fuzz/Cargo.toml",
        ))
    });
    report.step("clippy", || {
        let mut more = workspace.features_for_tests_args();
        more.extend(["--", "-D", "warnings"].map(str::to_owned));
        let ok = Run::cargo(&root, &words(&["clippy", "--workspace", "--all-targets"], &more)).loudly()?;
        let mend = "cargo clippy --workspace --all-targets --fix --allow-dirty, and the rest by hand";
        Ok(outcome(ok, "no warning in any target", "warnings, see above", mend))
    });
    report.step("rustdoc", || api(workspace));
}

/// The API documentation of all crates, without a warning.
pub(super) fn api(workspace: &Workspace) -> Result<Outcome> {
    let features = workspace.features_for_tests_args();
    // Dependencies are not documented, so the flag meets only the workspace's own crates.
    let flags = match std::env::var("RUSTDOCFLAGS") {
        Ok(given) => format!("{given} -D warnings"),
        Err(_) => "-D warnings".to_owned(),
    };
    let ok = Run::cargo(&workspace.root(), &words(&["doc", "--workspace", "--no-deps"], &features))
        .env("RUSTDOCFLAGS", &flags)
        .loudly()?;
    let mend = "RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps, and mend what it names";
    Ok(outcome(ok, "documentation without a warning", "warnings in documentation, see above", mend))
}

fn outcome(ok: bool, passed: &str, failed: &str, mend: &str) -> Outcome {
    if ok { Outcome::passed(passed) } else { Outcome::failed(failed, mend) }
}
