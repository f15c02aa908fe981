//! Files of an open store, watched for removal and replacement.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use oauth_core::store::{StoreError, StoreErrorKind};

/// SQLite keeps recent commits in the first, and the locks of its processes in the second.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// Device and inode of a file. Zero where the system has no such numbers: only existence is compared there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileId(u64, u64);

impl FileId {
    /// Returns `None` if no file has this path.
    pub(super) fn of(path: &Path) -> io::Result<Option<Self>> {
        match fs::metadata(path) {
            Ok(found) => Ok(Some(Self::from(&found))),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl From<&Metadata> for FileId {
    #[cfg(unix)]
    fn from(file: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;

        Self(file.dev(), file.ino())
    }

    #[cfg(not(unix))]
    fn from(_: &Metadata) -> Self {
        Self(0, 0)
    }
}

/// Files of an open store. SQLite continues to use a file that was removed or replaced, and what it writes
/// there is lost when the last process closes it.
#[derive(Debug)]
pub(super) struct OpenFiles {
    /// Path of the store, absolute.
    path: PathBuf,
    /// The same without symbolic links: SQLite puts its other files beside this one.
    pub(super) resolved: PathBuf,
    opened: FileId,
    /// Files beside the store, recorded when the connection that writes is opened.
    companions: Mutex<[Option<FileId>; 2]>,
    /// Name of the store in messages.
    place: String,
}

impl OpenFiles {
    /// The store at `path`, which exists.
    pub(super) fn new(path: &Path, place: &str) -> Result<Self, StoreError> {
        let failed = |error| unreachable_path(error, place);
        let resolved = fs::canonicalize(path).map_err(failed)?;
        let opened = FileId::of(path).map_err(failed)?.ok_or_else(|| replaced(place, ""))?;
        let (path, place) = (path.to_owned(), place.to_owned());
        Ok(Self { path, resolved, opened, companions: Mutex::default(), place })
    }

    /// Fails if the store was removed or replaced.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        // Not on another thread: the system has this at hand for an open file.
        match FileId::of(&self.path) {
            Ok(Some(found)) if found == self.opened => Ok(()),
            Ok(_) => Err(replaced(&self.place, "")),
            Err(error) => Err(unreachable_path(error, &self.place)),
        }
    }

    /// Length of the main file in bytes.
    pub(super) fn length(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |found| found.len())
    }

    /// Records the files beside the store. SQLite keeps them for as long as a connection is open.
    pub(super) fn record_companions(&self) -> io::Result<()> {
        let mut found = [None; 2];
        for (found, path) in found.iter_mut().zip(self.companion_paths()) {
            *found = FileId::of(&path)?;
        }
        *self.companions.lock().unwrap_or_else(PoisonError::into_inner) = found;
        Ok(())
    }

    /// Fails if a file beside the store was removed or replaced. Only right while the recorded connection is
    /// open.
    pub(super) fn check_companions(&self) -> Result<(), StoreError> {
        let recorded = *self.companions.lock().unwrap_or_else(PoisonError::into_inner);
        for ((recorded, path), suffix) in recorded.iter().zip(self.companion_paths()).zip(COMPANIONS) {
            let found = FileId::of(&path).map_err(|error| unreachable_path(error, &self.place))?;
            if recorded.is_some() && found != *recorded {
                return Err(replaced(&self.place, suffix));
            }
        }
        Ok(())
    }

    fn companion_paths(&self) -> [PathBuf; 2] {
        COMPANIONS.map(|suffix| beside(&self.resolved, suffix))
    }
}

/// The path with a suffix.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn replaced(place: &str, suffix: &str) -> StoreError {
    let file = if suffix.is_empty() { "the file".to_owned() } else { format!("its `{suffix}` file") };
    StoreError::new(
        StoreErrorKind::Replaced,
        format!(
            "{place}: {file} was removed or replaced while it was open; nothing was written; \
             if it was moved, move it back, and unsaved tokens are saved; otherwise restart every program that uses the store"
        ),
    )
}

fn unreachable_path(error: io::Error, place: &str) -> StoreError {
    let message = format!("{place}: its path cannot be read; check the permissions of its folders");
    StoreError::new(StoreErrorKind::CannotWrite, message).with_source(error)
}
