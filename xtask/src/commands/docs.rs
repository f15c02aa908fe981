//! `cargo xtask docs`: builds the book and the API documentation and checks both.

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
    about: "write the generated parts of the book, build the book and the API documentation; --check writes nothing",
    run: |workspace, args| {
        let check = check(args)?;
        let mut report = Report::default();
        steps(workspace, check, &mut report);
        Ok(report)
    },
};

/// Output folder of the book in the target directory. Its subfolder `api` holds the API documentation.
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

/// Runs the `oauth-docs` program with these arguments. Returns `None` if it does not compile.
///
/// Builds it together with its tests, as `cargo xtask test` does: alone it would rebuild its dependencies
/// with other features.
fn generator(workspace: &Workspace, args: &[&str]) -> Result<Option<(bool, String)>> {
    let root = workspace.root();
    let features = workspace.features_for_tests_args();
    let build = super::join_args(
        &["test", "--quiet", "--workspace", "--no-run", "--test", "finds_docs_errors"],
        &features,
    );
    if !Run::cargo(&root, &build).run_inherited()? {
        return Ok(None);
    }
    let program = workspace.target().join("debug/oauth-docs").display().to_string();
    Run::program(&root, &program, args).tee_stdout().map(Some)
}

/// Checks every constant against its source, and writes or checks the generated parts of the book.
fn generated(workspace: &Workspace, check: bool) -> Result<Outcome> {
    Ok(match generator(workspace, &[if check { "check" } else { "write" }])? {
        None => Outcome::failed("oauth-docs does not compile", "cargo build -p oauth-docs"),
        Some((true, output)) => {
            let note = output.lines().last().unwrap_or_default();
            Outcome::passed(if check { note } else { "all generated parts are up to date" })
        }
        Some((false, _)) => Outcome::failed(
            "oauth-docs reported errors, see above",
            "run `cargo xtask docs`, then fix what it still reports",
        ),
    })
}

fn book(workspace: &Workspace) -> Result<Outcome> {
    let root = workspace.root();
    if let Some(missing) = tools::missing(&root, &MDBOOK)? {
        return Ok(Outcome::failed(missing, MDBOOK.install()));
    }
    let built = workspace.target().join(BUILT);
    let book_folder = built.display().to_string();
    if !Run::program(&root, "mdbook", &["build", "docs/book", "--dest-dir", &book_folder]).run_inherited()? {
        return Ok(Outcome::failed("mdbook failed to build the book", "run `mdbook build docs/book`"));
    }
    copy(&workspace.target().join("doc"), &built.join("api"))?;
    Ok(match generator(workspace, &["links", &book_folder])? {
        Some((true, output)) => Outcome::passed(format!(
            "{}, no dead link; see {book_folder}/index.html",
            output.lines().last().unwrap_or_default()
        )),
        _ => Outcome::failed(
            "the book has dead links, see above",
            "correct them, then run `cargo xtask docs --check`",
        ),
    })
}

/// Replaces a folder with a copy of another one.
fn copy(from: &std::path::Path, to: &std::path::Path) -> Result<()> {
    if to.exists() {
        std::fs::remove_dir_all(to)?;
    }
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            // Skips rustdoc's lock file, which may be unreadable while another build runs.
            if entry.file_name() != ".lock" {
                std::fs::copy(entry.path(), target)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_flags() {
        let read = |args: &[&str]| check(&mut Parser::from_args(args));
        assert!(!read(&[]).unwrap());
        assert!(read(&["--check"]).unwrap());
        assert!(read(&["--fix"]).is_err());
    }

    #[test]
    fn copy_removes_previous_content() {
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
