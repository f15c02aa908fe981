//! The machine of a measurement.

use std::fs;
use std::process::Command;

use serde::{Deserialize, Serialize};

/// Properties of a machine that affect measurements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Processor model.
    pub cpu: String,
    /// Number of available cores.
    pub cores: usize,
    /// Memory in GiB.
    pub memory: u64,
    /// Kernel version.
    pub kernel: String,
    /// Compiler version.
    pub rustc: String,
}

impl Machine {
    /// The current machine.
    pub fn current() -> Self {
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
            kernel: first_line(Command::new("uname").args(["-s", "-r"])),
            rustc: first_line(Command::new(rustc).arg("--version")),
        }
    }

    /// One-line description.
    pub fn description(&self) -> String {
        let Self { cpu, cores, memory, kernel, rustc } = self;
        format!("{cpu}, {cores} cores, {memory} GiB, {kernel}, {rustc}")
    }
}

/// First line of a program's output; "unknown" if it fails.
fn first_line(command: &mut Command) -> String {
    let output = command.output().ok().filter(|output| output.status.success());
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().next().unwrap_or("unknown").to_owned()
}
