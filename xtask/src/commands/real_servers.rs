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

/// The reason why the packages of a server are not installed.
#[derive(Debug, PartialEq, Eq)]
enum NotInstalled {
    /// A program is missing, or no registry can be reached: this machine cannot run the server.
    Unavailable(String),
    /// The list of packages does not match what the registry has.
    Broken(String),
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
            Err(NotInstalled::Unavailable(reason)) => report.skip(&step, reason),
            Err(NotInstalled::Broken(reason)) => report.step(&step, || {
                Ok(Outcome::failed(reason, "correct the lists of packages in tests/real-servers/servers"))
            }),
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

/// Installs exactly the locked packages, verified by hash, without running their scripts.
fn install_node_packages(folder: &Path) -> Result<(), NotInstalled> {
    if !(runs(folder, "node") && runs(folder, "npm")) {
        let reason = "Node.js and npm are not installed (apt-get install nodejs npm)";
        return Err(NotInstalled::Unavailable(reason.to_owned()));
    }
    let args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
    install(Run::program(folder, "npm", &args))
}

/// Installs the listed versions into a virtual environment.
fn install_python_packages(folder: &Path) -> Result<(), NotInstalled> {
    if !runs(folder, "python3") {
        let reason = "Python is not installed (apt-get install python3 python3-venv)";
        return Err(NotInstalled::Unavailable(reason.to_owned()));
    }
    install(Run::program(folder, "python3", &["-m", "venv", "venv"]))?;
    let python = folder.join("venv/bin/python");
    let args = ["-m", "pip", "install", "--quiet", "--no-deps", "--requirement", "requirements.txt"];
    install(Run::exe(folder, "venv/bin/python", python.as_os_str(), &args))
}

fn runs(folder: &Path, program: &str) -> bool {
    Run::program(folder, program, &["--version"]).capture().is_ok_and(|output| output.ok)
}

fn install(run: Run) -> Result<(), NotInstalled> {
    println!("$ {run}");
    let command_line = run.to_string();
    match run.capture() {
        Err(error) => Err(NotInstalled::Unavailable(format!("{error:#}"))),
        Ok(output) if output.ok => Ok(()),
        Ok(output) => Err(install_error(&command_line, &output.stdout, &output.stderr)),
    }
}

/// Texts of npm, pip and Debian's venv for a network or a module that is missing.
const UNAVAILABLE: [&str; 8] = [
    "enotfound",
    "eai_again",
    "econnrefused",
    "econnreset",
    "etimedout",
    "new connection",
    "name resolution",
    "ensurepip is not",
];

/// The command and the first error that it printed: without a network npm and pip print many.
fn install_error(command_line: &str, stdout: &str, stderr: &str) -> NotInstalled {
    let mut lines = stderr.lines().chain(stdout.lines()).filter(|line| !line.trim().is_empty());
    let all = format!("{stderr}{stdout}").to_ascii_lowercase();
    let error =
        lines.clone().find(|line| line.to_ascii_lowercase().contains("error")).or_else(|| lines.next());
    let reason = format!("`{command_line}` failed: {}", error.unwrap_or("it printed no error").trim());
    match UNAVAILABLE.iter().any(|text| all.contains(text)) {
        true => NotInstalled::Unavailable(reason),
        false => NotInstalled::Broken(reason),
    }
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
    fn only_missing_programs_and_networks_are_skipped() {
        let unavailable = |text: &str| NotInstalled::Unavailable(text.to_owned());
        let broken = |text: &str| NotInstalled::Broken(text.to_owned());
        for (stdout, stderr, expected) in [
            (
                "",
                "npm warn old\nnpm error code ENOTFOUND\nnpm error network\n",
                unavailable("`i` failed: npm error code ENOTFOUND"),
            ),
            (
                "The virtual environment: ensurepip is not\n",
                "",
                unavailable("`i` failed: The virtual environment: ensurepip is not"),
            ),
            ("", "npm error code EINTEGRITY\n", broken("`i` failed: npm error code EINTEGRITY")),
            (
                "",
                "ERROR: No matching distribution found\n",
                broken("`i` failed: ERROR: No matching distribution found"),
            ),
            ("", "", broken("`i` failed: it printed no error")),
        ] {
            assert_eq!(install_error("i", stdout, stderr), expected);
        }
    }
}
