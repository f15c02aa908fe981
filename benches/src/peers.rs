//! Peers that are not in Rust. They run when they are asked for (`--peers`) and their runtimes are there, and are shown as
//! not run otherwise.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::benchmarks::sandbox::{Running, first_answer};
use crate::load::{self, Form, Load};
use crate::options::{Options, root};
use crate::report::Row;
use crate::rounds::Figure;
use crate::unit::Unit;

/// What the mock server of Node is called.
pub const MOCK_SERVER: &str = "oauth2-mock-server (Node)";

/// What it showed.
#[derive(Debug)]
pub struct Server {
    /// Token calls a second.
    pub calls: Figure,
    /// From its start to its first token.
    pub start: Figure,
    /// The most memory that it had.
    pub memory: Figure,
}

fn asked(options: &Options) -> Result<()> {
    ensure!(options.peers, "only with --peers");
    Ok(())
}

/// Whether a program can be started.
fn found(program: &str) -> Result<()> {
    let said = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    ensure!(said.is_ok_and(|said| said.success()), "{program} is not installed");
    Ok(())
}

/// A folder for what the peers need, below the target folder; our own files are copied there.
fn folder(name: &str, files: &[&str]) -> Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let folder = target.join("peers").join(name);
    std::fs::create_dir_all(&folder)?;
    for file in files {
        std::fs::copy(root().join("benches/peers").join(file), folder.join(file))?;
    }
    Ok(folder)
}

/// What the library of Python is called.
pub const AUTHLIB: &str = "authlib (Python)";

/// The version that is installed.
const AUTHLIB_VERSION: &str = "authlib==1.9.9";

/// Measures authlib at `header`, or at `exchange` with a token endpoint: nanoseconds a call.
///
/// # Errors
/// Why it did not run.
pub fn authlib(options: &Options, words: &[&str]) -> Result<Figure> {
    asked(options)?;
    found("python3")?;
    let folder = folder("python", &["authlib_peer.py"])?;
    let python = folder.join("venv/bin/python");
    if !python.is_file() {
        let made = Command::new("python3").args(["-m", "venv", "venv"]).current_dir(&folder).status()?;
        ensure!(made.success(), "python3 makes no virtual environment");
    }
    let words_of_pip =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", AUTHLIB_VERSION, "requests"];
    let installed = Command::new(&python).args(words_of_pip).status()?;
    ensure!(installed.success(), "pip cannot install it");
    let seconds = options.pick("5", "0.5");
    let (what, more) = words.split_first().context("nothing to measure was named")?;
    let output = Command::new(&python)
        .args(["authlib_peer.py", what, seconds])
        .args(more)
        .current_dir(&folder)
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "it failed, see above");
    let said = String::from_utf8(output.stdout)?;
    let rounds = said.lines().map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    ensure!(!rounds.is_empty(), "it said nothing");
    Ok(Figure::of(rounds))
}

/// The client that the Go project keeps: named by what we measure ourselves against, but there is no program for it here.
pub fn x_oauth2() -> Row {
    Row::not_run("golang.org/x/oauth2 (Go)", "no program for it is in benches/peers")
}

/// A row of a peer's, beside others that took turns without it.
pub fn row(name: &str, measured: Result<Figure>, baseline: f64) -> Row {
    match measured {
        Ok(figure) => Row { ratio: Some(figure.median / baseline), ..Row::new(name, Unit::Time, figure) },
        Err(why) => Row::not_run(name, format!("{why:#}")),
    }
}

/// Measures `oauth2-mock-server` as our sandbox was.
///
/// # Errors
/// Why it did not run.
pub fn mock_server(options: &Options, connections: usize, length: Duration) -> Result<Server> {
    asked(options)?;
    found("node")?;
    found("npm")?;
    let folder = folder("node", &["package.json", "mock-server.mjs"])?;
    let words = ["install", "--no-audit", "--no-fund", "--loglevel=error"];
    let installed = Command::new("npm").args(words).current_dir(&folder).stdout(Stdio::null()).status()?;
    ensure!(installed.success(), "npm cannot install it");
    let command = || {
        let mut command = Command::new("node");
        command.arg("mock-server.mjs").current_dir(&folder);
        command
    };
    let form = |said: &str| {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", "client-id"),
            ("client_secret", "client-secret"),
        ];
        Form::new(said.trim(), &fields)
    };
    let mut starts = Vec::new();
    for _ in 0..options.pick(9, 2) {
        starts.push(first_answer(&mut command(), form)?);
    }
    let running = Running::start(&mut command())?;
    let load = Load::Same(form(&running.said)?);
    let mut calls = Vec::new();
    for _ in 0..options.pick(5, 2) {
        calls.push(load::generate(&load, connections, length).context("it does not answer")?.0);
    }
    Ok(Server {
        calls: Figure::of(calls),
        start: Figure::of(starts),
        memory: Figure::exactly(running.memory("VmHWM")?),
    })
}
