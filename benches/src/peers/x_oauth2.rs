//! `golang.org/x/oauth2`, the client that the Go project keeps. Debian and Ubuntu have it as a package
//! (`golang-golang-x-oauth2-dev`), which is what the program is built with, so that it needs no network.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use super::{asked, folder, found, rounds, seconds};
use crate::options::Options;
use crate::rounds::Figure;

/// What it is called.
pub const NAME: &str = "golang.org/x/oauth2 (Go)";

/// Where the packages of Go libraries lie.
const LIBRARIES: &str = "/usr/share/gocode";

/// Measures it at `header` with a number of threads, or at `exchange` with a token endpoint: nanoseconds a call.
///
/// # Errors
/// Why it did not run.
pub fn measure(options: &Options, what: &[&str]) -> Result<Figure> {
    asked(options)?;
    found("go", "version")?;
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
    ensure!(built.success(), "go cannot build it");
    rounds(Command::new(folder.join("x_oauth2_peer")).arg(seconds(options)).args(what))
}
