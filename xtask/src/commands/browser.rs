//! `cargo xtask browser`: tests the pages of `oauth-web` and `oauth demo --web` in Chromium.

use anyhow::Result;

use super::{Command, expect_no_args};
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "browser",
    flags: "",
    about: "test the pages of oauth-web and of the demo in Chromium; needs Chromium and Node.js",
    run: |workspace, args| {
        expect_no_args(args)?;
        let mut report = Report::default();
        steps(workspace, &mut report);
        Ok(report)
    },
};

/// Program names of Chromium.
const CHROMIUM: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// Folder with the npm packages of the tests.
const FOLDER: &str = "crates/oauth-web/tests/browser";
/// Test files.
const TESTS: [&str; 2] =
    ["crates/oauth-web/tests/browser/browser.test.mjs", "crates/oauth-demo/tests/browser/demo.test.mjs"];
/// Builds of the programs under test: the `oauth-web` example and the `oauth` program.
const BUILDS: [&[&str]; 2] = [
    &["build", "--package", "oauth-web", "--example", "stage"],
    &["build", "--package", "oauth-cli", "--bin", "oauth"],
];

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    report.step("browser", || run_tests(workspace));
}

fn run_tests(workspace: &Workspace) -> Result<Outcome> {
    let root = workspace.root();
    let runs = |name: &str| Run::program(&root, name, &["--version"]).capture().is_ok_and(|output| output.ok);
    let Some(chromium) = CHROMIUM.into_iter().find(|name| runs(name)) else {
        return Ok(Outcome::not_run("Chromium is not installed (apt-get install chromium)"));
    };
    if !(runs("node") && runs("npm")) {
        return Ok(Outcome::not_run("Node.js and npm are not installed (apt-get install nodejs npm)"));
    }
    for build in BUILDS {
        if !Run::cargo(&root, build).run_inherited()? {
            let what = "a program under test does not compile";
            return Ok(Outcome::failed(what, format!("cargo {}", build.join(" "))));
        }
    }
    let folder = root.join(FOLDER);
    // Installs exactly the locked packages, verified by hash, without running their scripts.
    let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    if !Run::program(&folder, "npm", &install).run_inherited()? {
        return Ok(Outcome::failed(
            "npm cannot install the packages of the browser tests",
            format!("run `npm ci` in {FOLDER}"),
        ));
    }
    let target = workspace.target();
    let screenshots = target.join("screenshots");
    let built = |name: &str| {
        let path = target.join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        path.to_string_lossy().into_owned()
    };
    let arguments = [&["--test", "--test-reporter=tap"][..], &TESTS].concat();
    let (ok, output) = Run::program(&root, "node", &arguments)
        .env("STAGE", &built("examples/stage"))
        .env("OAUTH", &built("oauth"))
        .env("CHROMIUM", &which(chromium).unwrap_or_else(|| chromium.to_owned()))
        .env("SCREENSHOTS", &screenshots.to_string_lossy())
        .tee_stdout()?;
    Ok(outcome(ok, &output, &screenshots.to_string_lossy()))
}

/// Full path of a program, which the browser driver needs.
fn which(name: &str) -> Option<String> {
    let paths = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&paths).map(|folder| folder.join(name)).find(|path| path.is_file())?;
    Some(found.to_string_lossy().into_owned())
}

fn outcome(ok: bool, output: &str, screenshots: &str) -> Outcome {
    let count = |what: &str| -> u32 {
        let line = output.lines().rev().find_map(|line| line.strip_prefix(what));
        line.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
    };
    let (passed, skipped) = (count("# pass "), count("# skipped "));
    if !ok || count("# fail ") > 0 {
        return Outcome::failed("a browser test failed, see `not ok` above", "cargo xtask browser");
    }
    if passed == 0 || skipped > 0 {
        return Outcome::failed(
            format!("{passed} browser tests passed, {skipped} were skipped"),
            "cargo xtask browser",
        );
    }
    Outcome::passed(format!("{passed} browser tests; screenshots in {screenshots}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_exit_code_and_counts() {
        let output = |pass: u32, fail: u32, skipped: u32| {
            format!("ok 1 - a\n# tests 3\n# pass {pass}\n# fail {fail}\n# cancelled 0\n# skipped {skipped}\n")
        };
        assert!(matches!(outcome(true, &output(3, 0, 0), "there"), Outcome::Passed { .. }));
        for (ok, output) in [
            (false, output(3, 0, 0)),
            (true, output(2, 1, 0)),
            (true, output(2, 0, 1)),
            (true, output(0, 0, 0)),
            (true, String::new()),
        ] {
            assert!(matches!(outcome(ok, &output, "there"), Outcome::Failed { .. }), "{output}");
        }
    }
}
