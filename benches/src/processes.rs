//! Programs that benchmarks start as processes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::options::root;

/// Builds the `oauth` program in release mode and returns its path.
pub fn oauth() -> Result<PathBuf> {
    let built = cargo()
        .current_dir(root())
        .args(["build", "--release", "--locked", "--quiet", "--package", "oauth-cli", "--bin", "oauth"])
        .status()
        .context("cannot start cargo")?;
    ensure!(
        built.success(),
        "the oauth program does not compile\nhelp: run `cargo build --release -p oauth-cli`"
    );
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join("release/oauth"))
}

/// The cargo that started this program, or the one on the path.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Path of another program of this package.
pub fn sibling(name: &str) -> Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name(name);
    if !program.is_file() {
        bail!("{} does not exist\nhelp: build it with `cargo xtask bench`", program.display());
    }
    Ok(program)
}

/// A field of `/proc/PID/status` in bytes, such as `VmHWM`, the peak memory.
pub fn memory(pid: u32, field: &str) -> Result<f64> {
    let file = format!("/proc/{pid}/status");
    let text = fs::read_to_string(Path::new(&file))
        .with_context(|| format!("cannot read {file}, which exists only on Linux"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kilobytes.map(|kilobytes| kilobytes * 1024.0).with_context(|| format!("{file} has no {field}"))
}
