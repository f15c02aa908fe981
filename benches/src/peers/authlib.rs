//! authlib, of Python.

use std::process::Command;

use anyhow::{Result, ensure};

use super::{asked, folder, found, rounds, seconds};
use crate::options::Options;
use crate::rounds::Figure;

/// What it is called.
pub const NAME: &str = "authlib (Python)";

/// The version that is installed.
const VERSION: &str = "authlib==1.9.9";

/// Measures it at `header`, or at `exchange` with a token endpoint: nanoseconds a call.
///
/// # Errors
/// Why it did not run.
pub fn measure(options: &Options, what: &[&str]) -> Result<Figure> {
    asked(options)?;
    found("python3", "--version")?;
    let folder = folder("python", &["authlib_peer.py"])?;
    let python = folder.join("venv/bin/python");
    if !python.is_file() {
        let made = Command::new("python3").args(["-m", "venv", "venv"]).current_dir(&folder).status()?;
        ensure!(made.success(), "python3 makes no virtual environment");
    }
    let words_of_pip =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", VERSION, "requests"];
    let installed = Command::new(&python).args(words_of_pip).status()?;
    ensure!(installed.success(), "pip cannot install it");
    rounds(Command::new(&python).arg("authlib_peer.py").arg(seconds(options)).args(what).current_dir(&folder))
}
