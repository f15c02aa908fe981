//! Who has a store open, as far as changing its keys is concerned.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::failure::{ExitCode, Failure};

const PAUSE: Duration = Duration::from_millis(50);
const TRIES: u32 = 200;

/// OpenConnection while a store is open. The keys are changed by whoever holds it alone: a process that went on with the old key alone
/// would write what nobody can read afterwards.
#[derive(Debug)]
pub(crate) struct Lock(#[allow(dead_code)] File);

impl Lock {
    /// Beside others who have the store open.
    pub(super) async fn shared(store: &Path) -> Result<Self, Failure> {
        let file = open(store)?;
        for _ in 0..TRIES {
            match file.try_lock_shared() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
                Err(TryLockError::Error(error)) => return Err(failed(store, &error)),
            }
        }
        Err(busy("its keys are being changed").with_help("try again when `oauth rotate-keys` is through"))
    }

    /// Alone.
    pub(super) fn exclusive(store: &Path) -> Result<Self, Failure> {
        let file = open(store)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(busy("another process has it open")
                .with_help("end `oauth keep` and other commands first: they would go on with the old key")),
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
    let mut name = store.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

fn busy(why: &str) -> Failure {
    Failure::new(ExitCode::TryLater, "busy", format!("the store is in use: {why}"))
}

fn failed(store: &Path, error: &std::io::Error) -> Failure {
    Failure::setup(format!("{} cannot be locked: {error}", lock_file(store).display()))
        .with_help("see to whom it and its folder belong")
}
