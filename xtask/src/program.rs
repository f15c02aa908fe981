//! Path of the running `xtask` program.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Read once, at start: steps may make cargo rebuild this program, and then the system reports its file as
/// deleted.
static EXECUTABLE: LazyLock<Option<PathBuf>> = LazyLock::new(|| std::env::current_exe().ok());

/// Path of this program, as it was at the first call. `None` if the system does not report it.
#[must_use]
pub fn path() -> Option<&'static Path> {
    EXECUTABLE.as_deref()
}
