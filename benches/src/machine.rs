//! What a figure was measured on.

use std::fs;
use std::process::Command;

use serde::{Deserialize, Serialize};

/// A machine, as far as figures depend on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Its processor.
    pub cpu: String,
    /// How many cores of it we have.
    pub cores: usize,
    /// Memory in GiB.
    pub memory: u64,
    /// The kernel.
    pub kernel: String,
    /// The compiler.
    pub rustc: String,
}

impl Machine {
    /// This one.
    pub fn here() -> Self {
        let field = |file: &str, name: &str| {
            let text = fs::read_to_string(file).unwrap_or_default();
            let line = text.lines().find(|line| line.starts_with(name));
            line.and_then(|line| Some(line.split_once(':')?.1.trim().to_owned()))
        };
        let kilobytes =
            field("/proc/meminfo", "MemTotal").and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        Self {
            cpu: field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            memory: kilobytes.unwrap_or_default().div_ceil(1 << 20),
            kernel: said(Command::new("uname").args(["-s", "-r"])),
            rustc: said(Command::new(rustc).arg("--version")),
        }
    }

    /// In one line.
    pub fn shown(&self) -> String {
        let Self { cpu, cores, memory, kernel, rustc } = self;
        format!("{cpu}, {cores} cores, {memory} GiB, {kernel}, {rustc}")
    }
}

/// The first line that a program prints; "unknown" if it does not run.
fn said(command: &mut Command) -> String {
    let output = command.output().ok().filter(|output| output.status.success());
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().next().unwrap_or("unknown").to_owned()
}
