//! Files readable by their owner only.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use crate::failure::Failure;

/// Rejects a file that other users can read; `contents` names its contents.
#[cfg(unix)]
pub(crate) fn check_permissions(path: &Path, contents: &str) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = fs::metadata(path).map_err(|error| unreadable(path, &error))?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let message =
        format!("other users can read {} (mode {:03o}), and {contents}", path.display(), mode & 0o777);
    Err(Failure::setup(message).with_help(format!("run `chmod 600 {}`", path.display())))
}

/// No check on other platforms: a user's directories are private there.
#[cfg(not(unix))]
pub(crate) fn check_permissions(_: &Path, _: &str) -> Result<(), Failure> {
    Ok(())
}

/// Creates the parent directory of `path`, closed to other users.
pub(crate) fn create_parent_directory(path: &Path) -> Result<(), Failure> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|error| Failure::setup(format!("cannot create the directory {}: {error}", folder.display())))
}

/// Writes a file readable by its owner only, atomically and durably. With `new`, an existing file is kept and
/// the result is false.
pub(crate) fn write(path: &Path, text: &str, new: bool) -> Result<bool, Failure> {
    let failed = |error: &io::Error| Failure::setup(format!("cannot write {}: {error}", path.display()));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Created with mode 0600.
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
        // Also makes the directory entry durable. Not every platform supports it.
        let _ = folder.sync_all();
    }
    Ok(true)
}

#[cfg(unix)]
fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::setup(format!("cannot read {}: {error}", path.display()))
}
