//! `cargo xtask docs`: the book and the API documentation, together and complete.

use anyhow::Result;
use lexopt::Parser;

use super::tools::{self, MDBOOK};
use super::{Command, lint};
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "docs",
    flags: "[--check]",
    about: "write the book's generated parts, build book and API documentation; --check changes no page",
    run: |workspace, args| {
        let check = check(args)?;
        let mut report = Report::default();
        steps(workspace, check, &mut report);
        Ok(report)
    },
};

/// Where the book is built, below the target folder; the API documentation lies in `api` below it.
const BUILT: &str = "book";

fn check(args: &mut Parser) -> Result<bool> {
    let mut check = false;
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("check") => check = true,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(check)
}

pub(super) fn steps(workspace: &Workspace, check: bool, report: &mut Report) {
    report.step("docs: generated parts", || generated(workspace, check));
    report.step("docs: API", || lint::api(workspace));
    report.step("docs: book", || book(workspace));
}

/// The crate that writes and checks, run with these words.
///
/// It is built the way `cargo xtask test` builds it, as the program that its own tests come with: on its own it would need
/// its dependencies once more, with other features.
fn generator(workspace: &Workspace, words: &[&str]) -> Result<Option<(bool, String)>> {
    let root = workspace.root();
    let features = workspace.features_for_tests_args();
    let build =
        super::words(&["test", "--quiet", "--workspace", "--no-run", "--test", "planted_docs"], &features);
    if !Run::cargo(&root, &build).loudly()? {
        return Ok(None);
    }
    let program = workspace.target().join("debug/oauth-docs").display().to_string();
    Run::program(&root, &program, words).loudly_kept().map(Some)
}

/// Every constant against its source, and every generated part against the declarations.
fn generated(workspace: &Workspace, check: bool) -> Result<Outcome> {
    Ok(match generator(workspace, &[if check { "check" } else { "write" }])? {
        None => Outcome::failed("oauth-docs does not compile", "cargo build -p oauth-docs"),
        Some((true, said)) => {
            let note = said.lines().last().unwrap_or_default();
            Outcome::passed(if check { note } else { "every generated part is up to date" })
        }
        Some((false, _)) => Outcome::failed(
            "see above: each with what mends it",
            "cargo xtask docs, and by hand what it still names",
        ),
    })
}

fn book(workspace: &Workspace) -> Result<Outcome> {
    let root = workspace.root();
    if let Some(missing) = tools::missing(&root, &MDBOOK)? {
        return Ok(Outcome::failed(missing, MDBOOK.install()));
    }
    let built = workspace.target().join(BUILT);
    let shown = built.display().to_string();
    if !Run::program(&root, "mdbook", &["build", "docs/book", "--dest-dir", &shown]).loudly()? {
        return Ok(Outcome::failed("mdbook cannot build the book", "mdbook build docs/book"));
    }
    copy(&workspace.target().join("doc"), &built.join("api"))?;
    Ok(match generator(workspace, &["links", &shown])? {
        Some((true, said)) => Outcome::passed(format!(
            "{}, none dead; {shown}/index.html",
            said.lines().last().unwrap_or_default()
        )),
        _ => Outcome::failed(
            "links of the book lead nowhere, see above",
            "correct them, then cargo xtask docs --check",
        ),
    })
}

/// Everything below a folder, to a place where nothing of before is left.
fn copy(from: &std::path::Path, to: &std::path::Path) -> Result<()> {
    if to.exists() {
        std::fs::remove_dir_all(to)?;
    }
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let there = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &there)?;
        } else {
            // Rustdoc leaves a lock here that nobody may read while another builds.
            if entry.file_name() != ".lock" {
                std::fs::copy(entry.path(), there)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags() {
        let read = |args: &[&str]| check(&mut Parser::from_args(args));
        assert!(!read(&[]).unwrap());
        assert!(read(&["--check"]).unwrap());
        assert!(read(&["--fix"]).is_err());
    }

    #[test]
    fn nothing_of_before_is_left_in_a_copy() {
        let folder = std::env::temp_dir().join(format!("xtask-docs-{}", std::process::id()));
        let (from, to) = (folder.join("from"), folder.join("to"));
        std::fs::create_dir_all(from.join("deep")).unwrap();
        std::fs::create_dir_all(&to).unwrap();
        std::fs::write(from.join("deep/new.html"), "new").unwrap();
        std::fs::write(to.join("old.html"), "old").unwrap();
        copy(&from, &to).unwrap();
        assert_eq!(std::fs::read_to_string(to.join("deep/new.html")).unwrap(), "new");
        assert!(!to.join("old.html").exists());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
