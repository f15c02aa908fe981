//! `cargo xtask lint`: form, clippy, documentation, and no snapshot left undecided.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Command, no_more, words};
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "lint",
    flags: "",
    about: "rustfmt, clippy and rustdoc without a warning, no undecided snapshot",
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
        let ok = Run::cargo(&root, &["fmt", "--all", "--check"]).loudly()?;
        Ok(outcome(
            ok,
            "all files as rustfmt writes them",
            "some files are not as rustfmt writes them",
            "cargo fmt --all",
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
    report.step("snapshots", || {
        let mut undecided = Vec::new();
        find_undecided(&root, &mut undecided)?;
        if undecided.is_empty() {
            return Ok(Outcome::passed("none left undecided"));
        }
        let names: Vec<String> = undecided
            .iter()
            .map(|path| path.strip_prefix(&root).unwrap_or(path).display().to_string())
            .collect();
        Ok(Outcome::failed(format!("left undecided:\n{}", names.join("\n")), "cargo insta review"))
    });
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

/// Looks by hand and not through git: these files are ignored by git, which is how they get forgotten.
fn find_undecided(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if entry.file_type()?.is_dir() {
            if !matches!(name.as_ref(), "target" | ".git") {
                find_undecided(&path, found)?;
            }
        } else if name.ends_with(".snap.new") || name.ends_with(".pending-snap") {
            found.push(path);
        }
    }
    found.sort();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_undecided_snapshots_but_not_decided_ones() {
        let root = std::env::temp_dir().join(format!("xtask-undecided-{}", std::process::id()));
        let deep = root.join("crates/one/tests/snapshots");
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::create_dir_all(root.join("target")).unwrap();
        for name in ["a.snap", "a.snap.new", ".lib.rs.pending-snap"] {
            std::fs::write(deep.join(name), "").unwrap();
        }
        std::fs::write(root.join("target/b.snap.new"), "").unwrap();

        let mut found = Vec::new();
        find_undecided(&root, &mut found).unwrap();
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!(found, [deep.join(".lib.rs.pending-snap"), deep.join("a.snap.new")]);
    }
}
