//! The SQLite store on a full disk: a small file system in memory. The tests are ignored where mounting is
//! not allowed.
// Clippy exempts tests, but not a custom main function.
#![allow(clippy::unwrap_used)]

use std::collections::HashSet;
use std::fs::{self, File};
use std::future::Future;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use libtest_mimic::{Arguments, Trial};
use oauth_core::store::{
    AcquireOutcome, Content, Key, LeaseOwner, SaveOutcome, StoreError, StoreErrorKind, TokenStore,
};
use oauth_store::{EncryptionKey, Keyring, Sqlite};
use tokio::task::JoinSet;

const KIB: u64 = 1024;
const PAGE: usize = 4096;
/// Size of the reserve, as documented.
const RESERVE: u64 = 256 * KIB;
const LONG: Duration = Duration::from_secs(600);

/// A mounted file system. Unmounted on drop.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    fn mount(size: u64) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size},mode=0700"), "oauth-store-test"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status()?;
        if mounted.success() { Ok(Self { folder }) } else { Err(io::Error::other("mounting is not allowed")) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn store(&self) -> Sqlite {
        let keyring = Keyring::new(EncryptionKey::from_bytes([1; 32]));
        Sqlite::open(self.path("tokens.db"), keyring).await.unwrap()
    }

    /// Creates a store with these connections, all leased. Their pages are in the main file, as in a store
    /// that has been in use for a while.
    async fn leased(&self, count: usize) -> (Sqlite, Vec<Lease>) {
        let store = self.store().await;
        let mut leases = Vec::new();
        for n in 0..count {
            let key = Key::new("go1", format!("{n:04}"));
            store.insert(&key, token(1)).await.unwrap();
            let asked = store.acquire(&key, &LeaseOwner::new("me"), LONG).await.unwrap();
            let AcquireOutcome::Granted { fence, .. } = asked else { panic!("{asked:?}") };
            leases.push(Lease { key, fence });
        }
        store.close().await;
        (self.store().await, leases)
    }

    fn reserved(&self) -> u64 {
        fs::metadata(self.path("tokens.db-reserve")).map_or(0, |found| found.len())
    }

    /// Fills the disk except for so many bytes.
    fn fill(&self, left: u64) {
        let mut filler = File::options().create(true).append(true).open(self.path("filler")).unwrap();
        while filler.write_all(&[7; PAGE]).is_ok() {}
        let length = filler.metadata().unwrap().len();
        filler.set_len(length - left).unwrap();
    }

    fn free(&self) {
        fs::remove_file(self.path("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily, as a store may still be open.
        let unmounted = Command::new("umount").arg("--lazy").arg(self.folder.path()).status();
        assert!(std::thread::panicking() || unmounted.unwrap().success());
    }
}

#[derive(Clone)]
struct Lease {
    key: Key,
    fence: u64,
}

impl Lease {
    async fn record_intent(&self, store: &Sqlite) -> Result<bool, StoreError> {
        store.record_intent(&self.key, self.fence, 1).await
    }

    async fn assert_intent_refused(&self, store: &Sqlite) {
        let error = self.record_intent(store).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::CannotWrite, "{error}");
        assert_eq!(store.load(&self.key).await.unwrap().unwrap().intent, None);
    }

    /// Repeats a failed save, as the connections do.
    async fn assert_saves_soon(&self, store: &Sqlite) {
        for _ in 0..3 {
            if store.save(&self.key, 1, token(2)).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        self.assert_saves(store).await;
    }

    async fn assert_saves(&self, store: &Sqlite) {
        let saved = store.save(&self.key, 1, token(2)).await;
        assert!(matches!(saved, Ok(SaveOutcome::Accepted { generation: 2 })), "{}: {saved:?}", self.key);
    }
}

/// As long as a stored token of the four providers.
fn token(byte: u8) -> Content {
    let time = DateTime::from_timestamp(1_800_000_000 + i64::from(byte), 0);
    Content::new(vec![byte; 2_000]).due_at(time).lapses_at(time)
}

/// However much is left on the disk: either no call is sent, or its token can be saved.
async fn intent_needs_space_for_save() {
    let mut sent_with = Vec::new();
    for left in [0, 4, 12, 40, 100, 200, 252, 300, 320] {
        let disk = Disk::mount(2 * 1024 * KIB).unwrap();
        let (store, leases) = disk.leased(4).await;
        disk.fill(left * KIB);
        let mut sent = Vec::new();
        for lease in &leases {
            match lease.record_intent(&store).await {
                Ok(recorded) => {
                    assert!(recorded);
                    sent.push(lease);
                }
                Err(_) => lease.assert_intent_refused(&store).await,
            }
            assert!([0, RESERVE].contains(&disk.reserved()), "a part of it takes space from others");
        }
        // Other programs write, too.
        disk.fill(0);
        for lease in &sent {
            lease.assert_saves(&store).await;
        }
        sent_with.extend(sent.first().map(|_| left));
    }
    assert_eq!(sent_with, [300, 320], "no token is refreshed with less");
}

/// More tokens than the reserve has space for, one after the other and all at once.
async fn tokens_in_flight_are_saved() {
    let disk = Disk::mount(8 * 1024 * KIB).unwrap();
    let (store, leases) = disk.leased(121).await;
    let (late, leases) = leases.split_last().unwrap();
    for lease in leases {
        assert!(lease.record_intent(&store).await.unwrap());
    }
    assert_eq!(disk.reserved(), RESERVE);
    disk.fill(0);
    let (first, rest) = leases.split_at(60);
    for lease in first {
        lease.assert_saves(&store).await;
    }
    let mut saving = JoinSet::new();
    for lease in rest {
        let (store, lease) = (store.clone(), lease.clone());
        saving.spawn(async move { lease.assert_saves(&store).await });
    }
    saving.join_all().await;
    assert_eq!(disk.reserved(), 0);
    late.assert_intent_refused(&store).await;

    disk.free();
    assert!(late.record_intent(&store).await.unwrap());
    assert_eq!(disk.reserved(), RESERVE, "made again");
    late.assert_saves(&store).await;
    store.close().await;
    let reopened = disk.store().await;
    for lease in leases {
        let record = reopened.load(&lease.key).await.unwrap().unwrap();
        assert_eq!((record.generation, record.content.bytes()), (2, &[2; 2_000][..]));
    }
}

/// A code was exchanged for its first token: it works once, too.
async fn first_token_is_saved() {
    let disk = Disk::mount(2 * 1024 * KIB).unwrap();
    let (store, leases) = disk.leased(1).await;
    assert!(leases[0].record_intent(&store).await.unwrap());
    disk.fill(0);
    assert_eq!(store.insert(&Key::new("go1", "new"), token(1)).await.unwrap(), 1);
    leases[0].assert_saves(&store).await;
}

/// The space that one process gives up for its token is not reserved again by another.
async fn processes_share_reserve() {
    let disk = Disk::mount(4 * 1024 * KIB).unwrap();
    let (store, mut leases) = disk.leased(48).await;
    let late = Arc::new(leases.split_off(40));
    for lease in &leases {
        assert!(lease.record_intent(&store).await.unwrap());
    }
    let other = disk.store().await;
    disk.fill(0);
    let more = tokio::spawn({
        let (late, other) = (Arc::clone(&late), disk.store().await);
        async move {
            let mut sent = HashSet::new();
            for n in (0..late.len()).cycle().take(400) {
                if late[n].record_intent(&other).await.is_ok_and(|recorded| recorded) {
                    sent.insert(n);
                }
            }
            sent
        }
    });
    let mut saving = JoinSet::new();
    for (n, lease) in leases.into_iter().enumerate() {
        let store = if n % 2 == 0 { store.clone() } else { other.clone() };
        saving.spawn(async move { lease.assert_saves_soon(&store).await });
    }
    saving.join_all().await;
    for n in more.await.unwrap() {
        late[n].assert_saves_soon(&store).await;
    }
}

fn trial<F>(name: &'static str, can_mount: bool, check: fn() -> F) -> Trial
where
    F: Future<Output = ()> + 'static,
{
    Trial::test(name, move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(check());
        Ok(())
    })
    .with_ignored_flag(!can_mount)
}

#[allow(clippy::print_stderr)] // A test that does not run must say so.
fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mounted = if arguments.list { Ok(()) } else { Disk::mount(64 * KIB).map(drop) };
    if let Err(error) = &mounted {
        eprintln!("full disk: its tests are skipped, {error} (run them as root on Linux)");
    }
    let can_mount = mounted.is_ok();
    macro_rules! trials {
        ($($check:ident),* $(,)?) => { vec![$(trial(stringify!($check), can_mount, $check)),*] };
    }
    let trials = trials!(
        intent_needs_space_for_save,
        tokens_in_flight_are_saved,
        first_token_is_saved,
        processes_share_reserve,
    );
    libtest_mimic::run(&arguments, trials).exit_code()
}
