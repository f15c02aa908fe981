//! Files that nobody but their owner may read.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use crate::failure::Failure;

/// Refuses a file that others can read; `why` says what is in it.
#[cfg(unix)]
pub(crate) fn check_permissions(path: &Path, why: &str) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = fs::metadata(path).map_err(|error| unreadable(path, &error))?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let what = format!("{} can be read by others (mode {:03o}), and {why}", path.display(), mode & 0o777);
    Err(Failure::setup(what).with_help(format!("chmod 600 {}", path.display())))
}

/// Elsewhere a user's own folders are closed to others already.
#[cfg(not(unix))]
pub(crate) fn check_permissions(_: &Path, _: &str) -> Result<(), Failure> {
    Ok(())
}

/// Makes the folder of `path`, closed to others.
pub(crate) fn create_parent_directory(path: &Path) -> Result<(), Failure> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|error| Failure::setup(format!("the folder {} cannot be made: {error}", folder.display())))
}

/// Writes a file that only its owner can read: all of it or nothing, even if the power fails. With `new`, one that is there
/// already is left as it is, and the answer is false.
pub(crate) fn write(path: &Path, text: &str, new: bool) -> Result<bool, Failure> {
    let failed = |error: &io::Error| Failure::setup(format!("{} cannot be written: {error}", path.display()));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Made with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| failed(&error))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.as_file().sync_all())
        .map_err(|error| failed(&error))?;
    let placed = if new { file.persist_noclobber(path) } else { file.persist(path) };
    match placed {
        Ok(_) => {}
        Err(error) if new && error.error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(failed(&error.error)),
    }
    if let Ok(folder) = File::open(folder) {
        // The name as well. Not every platform can.
        let _ = folder.sync_all();
    }
    Ok(true)
}

#[cfg(unix)]
fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::setup(format!("{} cannot be read: {error}", path.display()))
}
