//! `cargo xtask lint`: rustfmt, clippy and rustdoc.

use anyhow::Result;

use super::{Command, expect_no_args, join_args};
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::tidy::separate_workspaces;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "lint",
    flags: "",
    about: "run rustfmt, clippy and rustdoc, with warnings as errors",
    run: |workspace, args| {
        expect_no_args(args)?;
        let mut report = Report::default();
        steps(workspace, &mut report);
        Ok(report)
    },
};

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    let root = workspace.root();
    report.step("format", || {
        let mut ok = Run::cargo(&root, &["fmt", "--all", "--check"]).run_inherited()?;
        // Separate workspaces are not covered by `--all`.
        for workspace_folder in separate_workspaces::ALL {
            let manifest = format!("{workspace_folder}/Cargo.toml");
            ok &= Run::cargo(&root, &["fmt", "--manifest-path", &manifest, "--all", "--check"])
                .run_inherited()?;
        }
        Ok(outcome(
            ok,
            "all files are formatted",
            "some files are not formatted",
            "cargo fmt --all; the same with --manifest-path benches/Cargo.toml and fuzz/Cargo.toml",
        ))
    });
    report.step("clippy", || {
        let mut more = workspace.features_for_tests_args();
        more.extend(["--", "-D", "warnings"].map(str::to_owned));
        let ok = Run::cargo(&root, &join_args(&["clippy", "--workspace", "--all-targets"], &more))
            .run_inherited()?;
        let help =
            "run `cargo clippy --workspace --all-targets --fix --allow-dirty`, then fix the rest by hand";
        Ok(outcome(ok, "no warnings in any target", "clippy reported warnings, see above", help))
    });
    report.step("rustdoc", || api(workspace));
}

/// Builds the API documentation of all crates, with warnings as errors.
pub(super) fn api(workspace: &Workspace) -> Result<Outcome> {
    let features = workspace.features_for_tests_args();
    // `--no-deps`: the flag applies only to crates of this workspace.
    let flags = match std::env::var("RUSTDOCFLAGS") {
        Ok(given) => format!("{given} -D warnings"),
        Err(_) => "-D warnings".to_owned(),
    };
    let ok = Run::cargo(&workspace.root(), &join_args(&["doc", "--workspace", "--no-deps"], &features))
        .env("RUSTDOCFLAGS", &flags)
        .run_inherited()?;
    let help = "run `RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps` and fix its errors";
    Ok(outcome(ok, "no warnings in the documentation", "rustdoc reported warnings, see above", help))
}

fn outcome(ok: bool, passed: &str, failed: &str, help: &str) -> Outcome {
    if ok { Outcome::passed(passed) } else { Outcome::failed(failed, help) }
}
