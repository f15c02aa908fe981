//! A temporary PostgreSQL server that ends with the test process.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// Starts a cluster, prints that it is ready, waits for the end of its standard input, and removes the
/// cluster. Standard input also ends when the test process crashes.
const KEEPER: &str = r#"
    trap : INT TERM PIPE
    "$1/initdb" -D "$2/data" -U oauth -A trust -E UTF8 --no-locale --no-sync >"$2/log" 2>&1 || exit 1
    "$1/pg_ctl" -D "$2/data" -l "$2/log" -w -o "$3" start >/dev/null 2>&1 || exit 1
    echo ready
    read -r _
    "$1/pg_ctl" -D "$2/data" -m immediate -w stop >/dev/null 2>&1
    rm -rf "$2"
"#;

/// A temporary PostgreSQL server that listens on a socket only. Dropping it stops and removes it.
#[derive(Debug)]
pub(crate) struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    keeper: Child,
    /// Closing it stops the server.
    sign: Option<ChildStdin>,
}

impl Cluster {
    /// Starts a server of the installed PostgreSQL, or returns the reason why it cannot.
    pub(crate) fn start() -> Result<Self, String> {
        let programs = programs().ok_or("PostgreSQL's `initdb` is not installed")?;
        let folder = tempfile::Builder::new()
            .prefix("oauth-pg-")
            // The socket needs no password.
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir()
            .map_err(|error| format!("no temporary folder: {error}"))?
            .keep();
        if let Some((user, group)) = other_user() {
            std::os::unix::fs::chown(&folder, Some(user), Some(group))
                .map_err(|error| format!("the folder cannot be given away: {error}"))?;
        }
        let mut keeper = as_user("sh")
            .args(["-c", KEEPER, "sh"])
            .arg(&programs)
            .arg(&folder)
            .arg(server_options(&folder))
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("`sh` cannot be started: {error}"))?;
        let sign = keeper.stdin.take();
        let mut line = String::new();
        if let Some(said) = keeper.stdout.take() {
            let _ = BufReader::new(said).read_line(&mut line);
        }
        let cluster = Self { programs, folder, keeper, sign };
        if line.trim() == "ready" {
            return Ok(cluster);
        }
        let log = fs::read_to_string(cluster.folder.join("log")).unwrap_or_default();
        let _ = fs::remove_dir_all(&cluster.folder);
        Err(format!("PostgreSQL does not start: {}", log.lines().last().unwrap_or("its log is empty")))
    }

    /// Returns the server's URL.
    pub(crate) fn url(&self) -> String {
        format!("postgres:///postgres?user=oauth&host={}", self.folder.display())
    }

    /// Kills the server, like a power cut.
    pub(crate) fn lose(&self) {
        self.control(&["-m", "immediate", "-w", "stop"]);
    }

    /// Restarts the server after [`lose`](Self::lose).
    pub(crate) fn find_again(&self) {
        let log = self.folder.join("log").display().to_string();
        self.control(&["-l", &log, "-w", "-o", &server_options(&self.folder), "start"]);
    }

    fn control(&self, words: &[&str]) {
        let done = as_user(self.programs.join("pg_ctl"))
            .arg("-D")
            .arg(self.folder.join("data"))
            .args(words)
            .current_dir(&self.folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(done.is_ok_and(|done| done.success()), "pg_ctl {words:?} failed");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.sign.take());
        let _ = self.keeper.wait();
    }
}

/// No network, and no `fsync`: a killed server loses nothing without it.
fn server_options(folder: &Path) -> String {
    format!("-k {} -c listen_addresses= -c fsync=off -c max_connections=200", folder.display())
}

/// The folder of `initdb`: on the path, or in Debian's folders off the path, newest first.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian: Vec<PathBuf> = debian.map(|version| version.path().join("bin")).collect();
    debian.sort_by_key(|folder| {
        let version = folder.parent().and_then(Path::file_name).and_then(|name| name.to_str());
        std::cmp::Reverse(version.and_then(|name| name.parse::<u32>().ok()))
    });
    debian
        .into_iter()
        .chain(std::env::split_paths(&path))
        .find(|folder| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file())
}

/// User and group for the server, because PostgreSQL refuses to run as root.
fn other_user() -> Option<(u32, u32)> {
    if id(&["-u"]) != Some(0) {
        return None;
    }
    ["postgres", "nobody"].iter().find_map(|name| id(&["-u", name]).zip(id(&["-g", name])))
}

fn id(words: &[&str]) -> Option<u32> {
    let said = Command::new("id").args(words).stderr(Stdio::null()).output().ok()?;
    String::from_utf8(said.stdout).ok()?.trim().parse().ok()
}

fn as_user(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let Some((user, group)) = other_user() else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    command.args([
        &format!("--reuid={user}"),
        &format!("--regid={group}"),
        "--clear-groups",
        "--reset-env",
        "--",
    ]);
    command.arg(program);
    command
}

/// Reports that the tests of PostgreSQL are skipped. Returns false in CI, which must run them.
#[allow(clippy::print_stderr)] // A test that does not run must say so.
pub(crate) fn may_skip_tests(why: &str) -> bool {
    eprintln!("PostgreSQL: its tests are skipped, {why} (set DATABASE_URL, or apt-get install postgresql)");
    !std::env::var("CI").is_ok_and(|ci| ci == "true")
}
