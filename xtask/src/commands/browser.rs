//! `cargo xtask browser`: the routes of `oauth-web`, and the page of `oauth demo --web`, in a real browser, as people use them.

use anyhow::Result;

use super::{Command, no_more};
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "browser",
    flags: "",
    about: "the pages of oauth-web and of the demo in Chromium, where that and Node.js are installed",
    run: |workspace, args| {
        no_more(args)?;
        let mut report = Report::default();
        steps(workspace, &mut report);
        Ok(report)
    },
};

/// Under which names Chromium is installed.
const CHROMIUM: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// Where the packages of the tests are.
const FOLDER: &str = "crates/oauth-web/tests/browser";
/// The scenes.
const SCENES: [&str; 2] =
    ["crates/oauth-web/tests/browser/browser.test.mjs", "crates/oauth-cli/tests/browser/demo.test.mjs"];
/// What they look at: the stage of `oauth-web`, and the program.
const LOOKED_AT: [&[&str]; 2] = [
    &["build", "--package", "oauth-web", "--example", "stage"],
    &["build", "--package", "oauth-cli", "--bin", "oauth"],
];

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    report.step("browser", || play(workspace));
}

fn play(workspace: &Workspace) -> Result<Outcome> {
    let root = workspace.root();
    let runs = |name: &str| Run::program(&root, name, &["--version"]).quietly().is_ok_and(|said| said.ok);
    let Some(chromium) = CHROMIUM.into_iter().find(|name| runs(name)) else {
        return Ok(Outcome::not_run("Chromium is not installed (apt-get install chromium)"));
    };
    if !(runs("node") && runs("npm")) {
        return Ok(Outcome::not_run("Node.js and npm are not installed (apt-get install nodejs npm)"));
    }
    for build in LOOKED_AT {
        if !Run::cargo(&root, build).loudly()? {
            let what = "what the browser tests look at does not compile";
            return Ok(Outcome::failed(what, format!("cargo {}", build.join(" "))));
        }
    }
    let folder = root.join(FOLDER);
    // What the lock file names, checked by its hashes; nothing of it runs while it is installed.
    let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    if !Run::program(&folder, "npm", &install).loudly()? {
        return Ok(Outcome::failed(
            "npm cannot install the browser tests' packages",
            format!("in {FOLDER}: npm ci"),
        ));
    }
    let target = workspace.target();
    let pictures = target.join("screenshots");
    let built = |name: &str| {
        let path = target.join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        path.to_string_lossy().into_owned()
    };
    let arguments = [&["--test", "--test-reporter=tap"][..], &SCENES].concat();
    let (ok, output) = Run::program(&root, "node", &arguments)
        .env("STAGE", &built("examples/stage"))
        .env("OAUTH", &built("oauth"))
        .env("CHROMIUM", &which(chromium).unwrap_or_else(|| chromium.to_owned()))
        .env("SCREENSHOTS", &pictures.to_string_lossy())
        .loudly_kept()?;
    Ok(judge(ok, &output, &pictures.to_string_lossy()))
}

/// The whole path of a program, which is what starts a browser.
fn which(name: &str) -> Option<String> {
    let paths = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&paths).map(|folder| folder.join(name)).find(|path| path.is_file())?;
    Some(found.to_string_lossy().into_owned())
}

fn judge(ok: bool, output: &str, pictures: &str) -> Outcome {
    let count = |what: &str| -> u32 {
        let line = output.lines().rev().find_map(|line| line.strip_prefix(what));
        line.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
    };
    let (passed, skipped) = (count("# pass "), count("# skipped "));
    if !ok || count("# fail ") > 0 {
        return Outcome::failed("a scene failed, see above for `not ok`", "cargo xtask browser");
    }
    if passed == 0 || skipped > 0 {
        return Outcome::failed(
            format!("{passed} scenes were played, {skipped} skipped"),
            "cargo xtask browser",
        );
    }
    Outcome::passed(format!("{passed} scenes; pictures of every page in {pictures}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judged_by_exit_code_and_by_count() {
        let said = |pass: u32, fail: u32, skipped: u32| {
            format!("ok 1 - a\n# tests 3\n# pass {pass}\n# fail {fail}\n# cancelled 0\n# skipped {skipped}\n")
        };
        assert!(matches!(judge(true, &said(3, 0, 0), "there"), Outcome::Passed { .. }));
        for (ok, output) in [
            (false, said(3, 0, 0)),
            (true, said(2, 1, 0)),
            (true, said(2, 0, 1)),
            (true, said(0, 0, 0)),
            (true, String::new()),
        ] {
            assert!(matches!(judge(ok, &output, "there"), Outcome::Failed { .. }), "{output}");
        }
    }
}
