//! Where our own program is.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Asked once, and first of all: the steps may have cargo build this program anew while it runs, and then the system knows
/// the file that runs as deleted.
static OURSELVES: LazyLock<Option<PathBuf>> = LazyLock::new(|| std::env::current_exe().ok());

/// The path of this program, as it was when this was first asked. `None` if the system does not tell.
#[must_use]
pub fn path() -> Option<&'static Path> {
    OURSELVES.as_deref()
}
