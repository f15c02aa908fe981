//! authlib (Python).

use std::process::Command;

use anyhow::{Result, ensure};

use super::{folder, require_flag, require_program, run_peer, seconds};
use crate::contender::Figure;
use crate::options::Options;

/// Display name.
pub const NAME: &str = "authlib (Python)";

/// The measured version.
const VERSION: &str = "authlib==1.9.9";

/// Nanoseconds per call for `header`, or for `exchange` with a token endpoint.
///
/// # Errors
/// If the peer does not run.
pub fn measure(options: &Options, args: &[&str]) -> Result<Figure> {
    require_flag(options)?;
    require_program("python3", "--version")?;
    let folder = folder("python", &["authlib_peer.py"])?;
    let python = folder.join("venv/bin/python");
    if !python.is_file() {
        let created = Command::new("python3").args(["-m", "venv", "venv"]).current_dir(&folder).status()?;
        ensure!(created.success(), "python3 cannot create a virtual environment");
    }
    let pip_args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", VERSION, "requests"];
    let installed = Command::new(&python).args(pip_args).status()?;
    ensure!(installed.success(), "pip cannot install authlib");
    run_peer(
        Command::new(&python).arg("authlib_peer.py").arg(seconds(options)).args(args).current_dir(&folder),
    )
}
