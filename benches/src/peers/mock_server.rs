//! `oauth2-mock-server` (Node).

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::{folder, require_flag, require_program};
use crate::benchmarks::sandbox::{ServerProcess, first_response};
use crate::contender::Figure;
use crate::load::{self, Form, Load};
use crate::options::Options;

/// Display name.
pub const NAME: &str = "oauth2-mock-server (Node)";

/// Measurements of the server.
#[derive(Debug)]
pub struct Server {
    /// Token calls per second.
    pub calls: Figure,
    /// Nanoseconds from its start to its first token.
    pub start: Figure,
    /// Peak memory in bytes.
    pub memory: Figure,
}

/// Measures it like our sandbox.
///
/// # Errors
/// If the server does not run.
pub fn measure(options: &Options, connections: usize, length: Duration) -> Result<Server> {
    require_flag(options)?;
    require_program("node", "--version")?;
    require_program("npm", "--version")?;
    let folder = folder("node", &["package.json", "mock-server.mjs"])?;
    let args = ["install", "--no-audit", "--no-fund", "--loglevel=error"];
    let installed = Command::new("npm").args(args).current_dir(&folder).stdout(Stdio::null()).status()?;
    ensure!(installed.success(), "npm cannot install oauth2-mock-server");
    let command = || {
        let mut command = Command::new("node");
        command.arg("mock-server.mjs").current_dir(&folder);
        command
    };
    let form = |first_line: &str| {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", "client-id"),
            ("client_secret", "client-secret"),
        ];
        Form::new(first_line.trim(), &fields)
    };
    let mut starts = Vec::new();
    for _ in 0..options.pick(9, 2) {
        starts.push(first_response(&mut command(), form)?);
    }
    let running = ServerProcess::start(&mut command())?;
    let load = Load::Same(form(&running.first_line)?);
    let mut calls = Vec::new();
    for _ in 0..options.pick(5, 2) {
        calls.push(load::generate(&load, connections, length).context("the server does not respond")?.0);
    }
    Ok(Server {
        calls: Figure::of(calls),
        start: Figure::of(starts),
        memory: Figure::exactly(running.memory("VmHWM")?),
    })
}
