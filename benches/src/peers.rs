//! Peers that are not in Rust. They run when they are asked for (`--peers`) and their runtimes are there, and are shown as
//! not run otherwise.

pub mod authlib;
pub mod mock_server;
pub mod x_oauth2;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};

use crate::options::{Options, root};
use crate::report::Row;
use crate::rounds::Figure;
use crate::unit::Unit;

fn asked(options: &Options) -> Result<()> {
    ensure!(options.peers, "only with --peers");
    Ok(())
}

/// Whether a program can be started, with a word that makes it say its version.
fn found(program: &str, version: &str) -> Result<()> {
    let said = Command::new(program).arg(version).stdout(Stdio::null()).stderr(Stdio::null()).status();
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

/// How long a peer measures itself, in seconds.
fn seconds(options: &Options) -> &'static str {
    options.pick("5", "0.5")
}

/// Runs a peer that says nanoseconds a call, one line for each round.
fn rounds(peer: &mut Command) -> Result<Figure> {
    let output = peer.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "it failed, see above");
    let said = String::from_utf8(output.stdout)?;
    let rounds = said.lines().map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    ensure!(!rounds.is_empty(), "it said nothing");
    Ok(Figure::of(rounds))
}

/// A row of a peer's, beside others that took turns without it.
pub fn row(name: &str, measured: Result<Figure>, baseline: f64) -> Row {
    match measured {
        Ok(figure) => Row { ratio: Some(figure.median / baseline), ..Row::new(name, Unit::Time, figure) },
        Err(why) => Row::not_run(name, format!("{why:#}")),
    }
}
