//! Programs that are measured from outside.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::options::root;

/// Builds the `oauth` program as a release, and says where it is.
pub fn oauth() -> Result<PathBuf> {
    let built = cargo()
        .current_dir(root())
        .args(["build", "--release", "--locked", "--quiet", "--package", "oauth-cli", "--bin", "oauth"])
        .status()
        .context("cannot start cargo")?;
    ensure!(built.success(), "the oauth program does not compile: cargo build --release -p oauth-cli");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join("release/oauth"))
}

/// The cargo that started us, or the one on the path.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A program that is built together with this one.
pub fn beside(name: &str) -> Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name(name);
    if !program.is_file() {
        bail!("{} is not there; `cargo xtask bench` builds it", program.display());
    }
    Ok(program)
}

/// A field of `/proc/PID/status` in bytes, such as `VmHWM`, the most memory that it ever had.
pub fn memory(pid: u32, field: &str) -> Result<f64> {
    let file = format!("/proc/{pid}/status");
    let text = fs::read_to_string(Path::new(&file))
        .with_context(|| format!("cannot read {file}: only Linux has it"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kilobytes.map(|kilobytes| kilobytes * 1024.0).with_context(|| format!("{file} has no {field}"))
}
