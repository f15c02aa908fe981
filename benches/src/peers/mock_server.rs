//! `oauth2-mock-server`, of Node.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::{asked, folder, found};
use crate::benchmarks::sandbox::{Running, first_answer};
use crate::load::{self, Form, Load};
use crate::options::Options;
use crate::rounds::Figure;

/// What it is called.
pub const NAME: &str = "oauth2-mock-server (Node)";

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

/// Measures it as our sandbox was.
///
/// # Errors
/// Why it did not run.
pub fn measure(options: &Options, connections: usize, length: Duration) -> Result<Server> {
    asked(options)?;
    found("node", "--version")?;
    found("npm", "--version")?;
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
