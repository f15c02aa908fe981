//! Comparable libraries in other languages. They run with `--peers` if their runtimes are installed;
//! otherwise they are shown as not run.

pub mod authlib;
pub mod mock_server;
pub mod x_oauth2;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};

use crate::contender::Figure;
use crate::options::{Options, root};
use crate::report::Row;
use crate::unit::Unit;

fn require_flag(options: &Options) -> Result<()> {
    ensure!(options.peers, "only with --peers");
    Ok(())
}

/// Checks that a program is installed, by running it with its version flag.
fn require_program(program: &str, version: &str) -> Result<()> {
    let output = Command::new(program).arg(version).stdout(Stdio::null()).stderr(Stdio::null()).status();
    ensure!(output.is_ok_and(|output| output.success()), "{program} is not installed");
    Ok(())
}

/// A folder below the target folder for a peer's files, with copies of the named files.
fn folder(name: &str, files: &[&str]) -> Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let folder = target.join("peers").join(name);
    std::fs::create_dir_all(&folder)?;
    for file in files {
        std::fs::copy(root().join("benches/peers").join(file), folder.join(file))?;
    }
    Ok(folder)
}

/// Duration of a peer's measurement, in seconds.
fn seconds(options: &Options) -> &'static str {
    options.pick("5", "0.5")
}

/// Runs a peer that prints nanoseconds per call, one line per round.
fn run_peer(peer: &mut Command) -> Result<Figure> {
    let output = peer.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "the peer failed, see above");
    let output = String::from_utf8(output.stdout)?;
    let run_peer = output.lines().map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    ensure!(!run_peer.is_empty(), "the peer printed nothing");
    Ok(Figure::of(run_peer))
}

/// A row for a peer, which was not measured alternately with the others.
pub fn row(name: &str, measured: Result<Figure>, baseline: f64) -> Row {
    match measured {
        Ok(figure) => Row { ratio: Some(figure.median / baseline), ..Row::new(name, Unit::Time, figure) },
        Err(reason) => Row::not_run(name, format!("{reason:#}")),
    }
}
