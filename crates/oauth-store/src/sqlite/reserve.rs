//! Disk space kept for saving tokens.

use std::fs::{self, File};
use std::io::{self, Seek as _, Write as _};
use std::path::PathBuf;

use oauth_core::store::{StoreError, StoreErrorKind};

use crate::key::random;

/// Bytes of the reserve. A save adds five pages of 4 KiB to the `-wal` file, and more for a long token.
pub(super) const SIZE: usize = 256 * 1024;

/// A file beside the store that is given up when a token cannot be saved because the disk is full. The
/// processes that use the store share it.
#[derive(Clone, Debug)]
pub(super) struct Reserve {
    path: PathBuf,
    /// Name of the store in messages.
    place: String,
}

/// Keeps the space that was given up from being reserved again, until dropped.
#[derive(Debug)]
pub(super) struct GivenUp(#[allow(dead_code)] Option<File>);

impl Reserve {
    pub(super) fn new(path: PathBuf, place: &str) -> Self {
        Self { path, place: place.to_owned() }
    }

    /// Makes sure that the reserve has its full size.
    pub(super) async fn ensure(&self) -> Result<(), StoreError> {
        if fs::metadata(&self.path).is_ok_and(|found| found.len() >= SIZE as u64) {
            return Ok(());
        }
        let reserve = self.clone();
        let filled = blocking(move || reserve.fill()).await;
        filled.map_err(|error| {
            let message = format!(
                "{}: the disk has no {} KiB to reserve for saving a refreshed token, so no token is refreshed; \
                 free some space",
                self.place,
                SIZE / 1024
            );
            StoreError::new(StoreErrorKind::CannotWrite, message).with_source(error)
        })
    }

    /// Gives up the space, if it is reserved.
    pub(super) async fn give_up(&self) -> GivenUp {
        let reserve = self.clone();
        // Even without the space, the statement may succeed now.
        GivenUp(blocking(move || reserve.truncate()).await.ok())
    }

    /// True while the space is given up: the disk was full.
    pub(super) fn is_given_up(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|found| found.len() < SIZE as u64)
    }

    fn fill(&self) -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.path)?;
        lock(&file)?;
        if file.metadata()?.len() >= SIZE as u64 {
            return Ok(());
        }
        // Random, because some file systems store other content in less space.
        let mut bytes = vec![0; SIZE];
        random(&mut bytes).map_err(io::Error::other)?;
        file.rewind()?;
        let written = file.write_all(&bytes).and_then(|()| file.sync_all());
        if written.is_err() {
            // A part of a reserve is of use to others only.
            file.set_len(0)?;
        }
        written
    }

    fn truncate(&self) -> io::Result<File> {
        let file = fs::OpenOptions::new().write(true).open(&self.path)?;
        lock(&file)?;
        file.set_len(0)?;
        // Some file systems free the space only now.
        file.sync_all()?;
        Ok(file)
    }
}

/// Waits for a process that fills the reserve or saves a token with its space. Not all file systems have
/// locks. Without them, two processes may disturb each other, and their callers try again.
fn lock(file: &File) -> io::Result<()> {
    match file.lock() {
        Err(error) if error.kind() != io::ErrorKind::Unsupported => Err(error),
        _ => Ok(()),
    }
}

/// Runs blocking work on another thread.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}
