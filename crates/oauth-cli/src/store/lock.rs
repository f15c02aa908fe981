//! A file lock that keeps key rotation exclusive.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::with_suffix;
use crate::failure::{ExitCode, Failure};

const PAUSE: Duration = Duration::from_millis(50);
const TRIES: u32 = 200;

/// Held while a store is open: shared for use, exclusive to change its keys. A process that keeps using only
/// the old key would write records that nothing can read after rotation.
#[derive(Debug)]
pub(crate) struct Lock(#[allow(dead_code)] File);

impl Lock {
    /// Locks for normal use.
    pub(super) async fn shared(store: &Path) -> Result<Self, Failure> {
        let file = open(store)?;
        for _ in 0..TRIES {
            match file.try_lock_shared() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
                Err(TryLockError::Error(error)) => return Err(failed(store, &error)),
            }
        }
        Err(busy("its keys are being changed").with_help("try again when `oauth rotate-keys` has finished"))
    }

    /// Locks for changing the keys.
    pub(super) fn exclusive(store: &Path) -> Result<Self, Failure> {
        let file = open(store)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(busy("another process has it open").with_help(
                "stop `oauth keep` and other commands first: they would continue with the old key",
            )),
            Err(TryLockError::Error(error)) => Err(failed(store, &error)),
        }
    }
}

fn open(store: &Path) -> Result<File, Failure> {
    let path = lock_file(store);
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&path).map_err(|error| failed(store, &error))
}

fn lock_file(store: &Path) -> PathBuf {
    with_suffix(store, ".lock")
}

fn busy(reason: &str) -> Failure {
    Failure::new(ExitCode::TryLater, "busy", format!("the store is in use: {reason}"))
}

fn failed(store: &Path, error: &std::io::Error) -> Failure {
    Failure::setup(format!("cannot lock {}: {error}", lock_file(store).display()))
        .with_help("check the owner and permissions of the file and its directory")
}
