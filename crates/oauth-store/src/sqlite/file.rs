//! The file's permissions.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::open_files::beside;
use oauth_core::store::{StoreError, StoreErrorKind};

/// Treatment of a missing file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    IsCreated,
    IsError,
}

/// Creates an empty file that only its owner can access, or restricts an existing one. SQLite gives its
/// `-wal` and `-shm` files the same permissions.
pub(super) fn prepare(path: &Path, place: &str, missing: Missing) -> Result<(), StoreError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        // The folder is not created: a misspelt path would silently become a new, empty store.
        return Err(StoreError::new(
            StoreErrorKind::Other,
            format!(
                "{place} cannot be opened: the folder {} does not exist; create it, or correct the path",
                folder.display()
            ),
        ));
    }
    if path.is_dir() {
        return Err(StoreError::new(
            StoreErrorKind::Other,
            format!("{place} cannot be opened: it is a folder; use the path of a file in it"),
        ));
    }
    if missing == Missing::IsError && !path.exists() {
        return Err(StoreError::new(
            StoreErrorKind::Other,
            format!("{place} does not exist; correct the path, or create it first"),
        ));
    }
    let created = match missing {
        Missing::IsCreated => create(path),
        Missing::IsError => Ok(false),
    };
    created.and_then(|created| if created { Ok(()) } else { restrict(path) }).map_err(|error| {
        StoreError::new(
            StoreErrorKind::CannotWrite,
            format!("{place} cannot be restricted to its owner; check who owns it and its folder"),
        )
        .with_source(error)
    })
}

/// Returns `false` if the file already exists.
fn create(path: &Path) -> io::Result<bool> {
    // Closing a file drops SQLite's locks on it in this process. So no other thread may let SQLite open the
    // file between its creation and its closing here.
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

    // A symbolic link is followed: SQLite puts its other files beside the file itself.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    for suffix in ["", "-wal", "-shm"] {
        let file = beside(&path, suffix);
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
