//! The file, before SQLite sees it.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use oauth_core::store::{StoreError, StoreErrorKind};

/// Makes an empty file that only its owner can read, or sees to it that an existing one is so. SQLite gives its `-wal` and
/// `-shm` the permissions of the file itself.
pub(super) fn prepare(path: &Path, place: &str) -> Result<(), StoreError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        // Not made silently: a misspelt path would be a new, empty store, and every customer would seem to be gone.
        return Err(StoreError::new(
            StoreErrorKind::Other,
            format!(
                "{place} cannot be opened: there is no folder {}; make it, or correct the path",
                folder.display()
            ),
        ));
    }
    if path.is_dir() {
        return Err(StoreError::new(
            StoreErrorKind::Other,
            format!("{place} cannot be opened: it is a folder; name a file in it"),
        ));
    }
    create(path).and_then(|created| if created { Ok(()) } else { restrict(path) }).map_err(|error| {
        StoreError::new(
            StoreErrorKind::CannotWrite,
            format!(
                "{place} cannot be made readable for its owner only; see to whom it and its folder belong"
            ),
        )
        .with_source(error)
    })
}

/// Whether it was not there yet.
fn create(path: &Path) -> io::Result<bool> {
    // Closing a file drops the locks that SQLite, elsewhere in this process, has on it. So nobody may get past this point,
    // to let SQLite open the file, while somebody else is between making and closing it.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn restrict(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let with = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        std::path::PathBuf::from(name)
    };
    for file in [path.to_owned(), with("-wal"), with("-shm")] {
        match fs::metadata(&file) {
            Ok(found) if found.permissions().mode() & 0o077 != 0 => {
                fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn restrict(_: &Path) -> io::Result<()> {
    Ok(())
}
