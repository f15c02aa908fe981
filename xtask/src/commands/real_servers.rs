//! `cargo xtask real-servers`: runs clients against authorization servers that this project did not write.

use std::path::Path;

use anyhow::{Context, Result};
use lexopt::Parser;

use super::Command;
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::test_results::TestResults;
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "real-servers",
    flags: "[--record]",
    about: "run clients against oidc-provider, node-oauth2-server and Authlib; needs Node.js, npm and Python; --record writes the recorded responses",
    run: |workspace, args| {
        let record = record_flag(args)?;
        let mut report = Report::default();
        run_servers(workspace, record, &mut report);
        Ok(report)
    },
};

/// Folder with the servers' programs and the lists of their packages.
const FOLDER: &str = "tests/real-servers/servers";
/// The servers on Node.js.
const NODE_SERVERS: [&str; 2] = ["oidc-provider", "oauth2-server"];
const PYTHON_SERVER: &str = "authlib";

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    run_servers(workspace, false, report);
}

fn record_flag(args: &mut Parser) -> Result<bool> {
    let mut record = false;
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("record") => record = true,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(record)
}

/// One step for each server, so that a server that cannot be installed is shown.
fn run_servers(workspace: &Workspace, record: bool, report: &mut Report) {
    let folder = workspace.target().join("real-servers");
    if let Err(error) = copy_programs(&workspace.root().join(FOLDER), &folder) {
        return report.step("real-servers", || Err(error));
    }
    let (node, python) = (install_node_packages(&folder), install_python_packages(&folder));
    let servers = NODE_SERVERS.map(|name| (name, &node)).into_iter().chain([(PYTHON_SERVER, &python)]);
    for (name, installed) in servers {
        let step = format!("real-servers {name}");
        match installed {
            Ok(()) => report.step(&step, || run_tests(workspace, &folder, name, record)),
            Err(reason) => report.skip(&step, reason),
        }
    }
}

/// Copies the programs next to their packages, so that the source folder holds no installed packages.
fn copy_programs(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for entry in std::fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))? {
        let path = entry?.path();
        let name = path.file_name().context("a file without a name")?;
        std::fs::copy(&path, to.join(name)).with_context(|| format!("cannot copy {}", path.display()))?;
    }
    Ok(())
}

/// Installs exactly the locked packages, verified by hash, without running their scripts. An error is the
/// reason why the servers do not run.
fn install_node_packages(folder: &Path) -> Result<(), String> {
    if !(runs(folder, "node") && runs(folder, "npm")) {
        return Err("Node.js and npm are not installed (apt-get install nodejs npm)".to_owned());
    }
    let args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
    install(Run::program(folder, "npm", &args))
}

/// Installs the listed versions into a virtual environment.
fn install_python_packages(folder: &Path) -> Result<(), String> {
    if !runs(folder, "python3") {
        return Err("Python is not installed (apt-get install python3 python3-venv)".to_owned());
    }
    install(Run::program(folder, "python3", &["-m", "venv", "venv"]))?;
    let python = folder.join("venv/bin/python");
    let args = ["-m", "pip", "install", "--quiet", "--no-deps", "--requirement", "requirements.txt"];
    install(Run::exe(folder, "venv/bin/python", python.as_os_str(), &args))
}

fn runs(folder: &Path, program: &str) -> bool {
    Run::program(folder, program, &["--version"]).capture().is_ok_and(|output| output.ok)
}

fn install(run: Run) -> Result<(), String> {
    println!("$ {run}");
    let command_line = run.to_string();
    let output = run.capture().map_err(|error| format!("{error:#}"))?;
    if output.ok { Ok(()) } else { Err(install_error(&command_line, &output.stdout, &output.stderr)) }
}

/// The command and the first error that it printed: without a network npm and pip print many.
fn install_error(command_line: &str, stdout: &str, stderr: &str) -> String {
    let mut lines = stderr.lines().chain(stdout.lines()).filter(|line| !line.trim().is_empty());
    let error =
        lines.clone().find(|line| line.to_ascii_lowercase().contains("error")).or_else(|| lines.next());
    format!("`{command_line}` failed: {}", error.unwrap_or("it printed no error").trim())
}

fn run_tests(workspace: &Workspace, folder: &Path, name: &str, record: bool) -> Result<Outcome> {
    let mut run = Run::cargo(&workspace.root(), &["run", "--quiet", "--package", "real-servers"])
        .env("REAL_SERVER", name)
        .env("REAL_SERVERS_FOLDER", &folder.to_string_lossy());
    if record {
        run = run.env("OAUTH_RECORD", "1");
    }
    let (ok, output) = run.tee_stdout()?;
    Ok(outcome(ok, &TestResults::read(&output)))
}

fn outcome(ok: bool, results: &TestResults) -> Outcome {
    match (ok, results.passed, results.failed + results.ignored) {
        (true, 1.., 0) => Outcome::passed(format!("{} scenarios", results.passed)),
        (true, 0, 0) => Outcome::failed("no scenario ran", "cargo run --package real-servers"),
        _ => Outcome::failed(
            format!("scenarios failed: {results}"),
            "see `failures:` above, and the server's log in target/real-servers",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_flags() {
        let read = |args: &[&str]| record_flag(&mut Parser::from_args(args)).ok();
        assert_eq!((read(&[]), read(&["--record"])), (Some(false), Some(true)));
        assert_eq!((read(&["--all"]), read(&["authlib"])), (None, None));
    }

    #[test]
    fn checks_exit_code_and_counts() {
        let all = TestResults { passed: 7, binaries: 1, ..TestResults::default() };
        assert!(matches!(outcome(true, &all), Outcome::Passed { .. }));
        let one_failed = TestResults { failed: 1, ..all };
        let one_ignored = TestResults { ignored: 1, ..all };
        for (ok, results) in
            [(false, all), (true, TestResults::default()), (true, one_failed), (true, one_ignored)]
        {
            assert!(matches!(outcome(ok, &results), Outcome::Failed { .. }), "{ok} {results}");
        }
    }

    #[test]
    fn install_error_shows_first_error() {
        let npm = "npm warn old lockfile\nnpm error code ENOTFOUND\nnpm error network request failed\n";
        assert_eq!(install_error("npm ci", "", npm), "`npm ci` failed: npm error code ENOTFOUND");
        let venv = "The virtual environment was not created successfully because ensurepip is not\n";
        assert!(install_error("python3 -m venv venv", venv, "").ends_with("ensurepip is not"));
        assert_eq!(install_error("npm ci", "", ""), "`npm ci` failed: it printed no error");
    }
}
