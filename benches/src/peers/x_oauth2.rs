//! `golang.org/x/oauth2`, the client of the Go project. Builds without network, from the Debian and Ubuntu
//! package `golang-golang-x-oauth2-dev`.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use super::{folder, require_flag, require_program, run_peer, seconds};
use crate::contender::Figure;
use crate::options::Options;

/// Display name.
pub const NAME: &str = "golang.org/x/oauth2 (Go)";

/// Folder of the packaged Go libraries.
const LIBRARIES: &str = "/usr/share/gocode";

/// Nanoseconds per call for `header` with a number of threads, or for `exchange` with a token endpoint.
///
/// # Errors
/// If the peer does not run.
pub fn measure(options: &Options, args: &[&str]) -> Result<Figure> {
    require_flag(options)?;
    require_program("go", "version")?;
    let library = Path::new(LIBRARIES).join("src/golang.org/x/oauth2");
    ensure!(library.is_dir(), "the package golang-golang-x-oauth2-dev is not installed");
    let folder = folder("go", &["x_oauth2_peer.go"])?;
    let built = Command::new("go")
        .args(["build", "-o", "x_oauth2_peer", "x_oauth2_peer.go"])
        .env("GO111MODULE", "off")
        .env("GOPATH", LIBRARIES)
        .env("GOCACHE", folder.join("cache"))
        .current_dir(&folder)
        .status()?;
    ensure!(built.success(), "go cannot build the peer");
    run_peer(Command::new(folder.join("x_oauth2_peer")).arg(seconds(options)).args(args))
}
