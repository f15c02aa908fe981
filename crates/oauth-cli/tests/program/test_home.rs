//! An isolated environment for running the program.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use oauth_sandbox::{SandboxProvider, ServerHandle};
use regex::Regex;
use serde_json::Value;
use sqlx::{Connection as _, Executor as _, SqliteConnection};
use tempfile::TempDir;

/// A redirect URI that leads elsewhere; tests paste the callback URL.
pub(crate) const REMOTE_REDIRECT_URI: &str = "https://app.example.com/callback";

/// A user's directories and environment, isolated from the machine's settings.
#[derive(Debug)]
pub(crate) struct TestHome {
    /// Removed when the last program that was started here ends.
    pub(crate) folder: Arc<TempDir>,
    variables: Vec<(String, String)>,
}

/// Output and exit code of a finished run.
#[derive(Debug)]
pub(crate) struct RunOutput {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

impl RunOutput {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.stdout.lines().last().unwrap_or_default())
            .unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// Asserts exit code 0 and returns stdout.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }
}

impl TestHome {
    pub(crate) fn new() -> Self {
        let folder = Arc::new(tempfile::Builder::new().prefix("oauth-home-").tempdir().unwrap());
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let mut variables: Vec<(String, String)> = [
            ("HOME", at("home")),
            ("XDG_DATA_HOME", at("data")),
            ("XDG_CONFIG_HOME", at("config")),
            ("PATH", at("bin")),
            ("OAUTH_KEYRING", "off".to_owned()),
            ("COLUMNS", "110".to_owned()),
            // No keyring, even if the machine has a session bus.
            ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        // Windows needs this for sockets.
        variables.extend(std::env::var("SystemRoot").map(|value| ("SystemRoot".to_owned(), value)));
        std::fs::create_dir(folder.path().join("bin")).unwrap();
        Self { folder, variables }
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name, Some(value));
        self
    }

    pub(crate) fn set(&mut self, name: &str, value: Option<&str>) {
        self.variables.retain(|(known, _)| known != name);
        self.variables.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    }

    /// Sets the sandbox's client in the environment.
    #[must_use]
    pub(crate) fn with_client_of<P: SandboxProvider>(self, sandbox: &ServerHandle<P>) -> Self {
        let name = sandbox.name().to_ascii_uppercase();
        self.with(&format!("OAUTH_{name}_CLIENT_ID"), sandbox.client_id())
            .with(&format!("OAUTH_{name}_CLIENT_SECRET"), sandbox.client_secret())
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().join("data/oauth/connections.db")
    }

    pub(crate) fn variables(&self) -> &[(String, String)] {
        &self.variables
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oauth"));
        command.args(arguments).env_clear().current_dir(self.folder.path());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> RunOutput {
        self.run_with(arguments, "")
    }

    /// Runs with this input on stdin.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> RunOutput {
        let mut command = self.command(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Fails if the program does not read stdin and has ended.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        RunOutput { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
    }

    /// Runs with stdout redirected.
    pub(crate) fn run_into(&self, arguments: &[&str], out: Stdio) -> RunOutput {
        let output = self.command(arguments).stdout(out).stderr(Stdio::piped()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        RunOutput { stdout: String::new(), stderr: text(output.stderr), code: output.status.code() }
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> RunningProgram {
        let mut command = self.command(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        RunningProgram { child, stdin, stdout, _folder: Arc::clone(&self.folder) }
    }

    /// Forgets interrupted refreshes, so that the next one does not wait half a minute for them.
    pub(crate) async fn forget_interrupted_refreshes(&self) {
        self.change_store("UPDATE oauth_connections SET intent_fence = NULL, intent_at = NULL").await;
    }

    /// Runs a SQL statement in the store.
    pub(crate) async fn change_store(&self, statement: &'static str) {
        let mut store =
            SqliteConnection::connect(&format!("sqlite://{}", self.store().display())).await.unwrap();
        store.execute(statement).await.unwrap();
        store.close().await.unwrap();
    }

    /// Connects the sandbox's first user by pasting the callback URL.
    pub(crate) async fn connect<P: SandboxProvider>(
        &self,
        sandbox: &ServerHandle<P>,
        account: &str,
        more: &[&str],
    ) -> RunOutput {
        let mut started = self.start_connect(sandbox, account, more);
        let callback = sandbox.approve(started.url()).await.unwrap();
        started.paste(callback.as_str());
        started.end()
    }

    pub(crate) fn start_connect<P: SandboxProvider>(
        &self,
        sandbox: &ServerHandle<P>,
        account: &str,
        more: &[&str],
    ) -> RunningProgram {
        let fixed = connect_arguments(sandbox, account);
        self.start(&[&fixed[..], &["--no-browser", "--json"], more].concat())
    }
}

/// The arguments that connect this account, with a redirect URI that leads elsewhere.
pub(crate) fn connect_arguments<'a, P: SandboxProvider>(
    sandbox: &'a ServerHandle<P>,
    account: &'a str,
) -> [&'a str; 7] {
    ["connect", sandbox.name(), account, "--server", sandbox.url(), "--redirect-uri", REMOTE_REDIRECT_URI]
}

/// A running program, killed on drop.
#[derive(Debug)]
pub(crate) struct RunningProgram {
    pub(crate) child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    _folder: Arc<TempDir>,
}

impl RunningProgram {
    /// Returns the next line on stdout; empty if the program has ended.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line
    }

    /// Reads the authorize URL from the first event.
    pub(crate) fn url(&mut self) -> String {
        let line = self.line();
        let event: Value =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line:?}, {:?}", self.stderr()));
        assert_eq!(event["event"], "authorize");
        event["url"].as_str().unwrap().to_owned()
    }

    fn stderr(&mut self) -> String {
        let mut text = String::new();
        let _ = self.child.kill();
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr.read_to_string(&mut text).unwrap();
        }
        text
    }

    pub(crate) fn paste(&mut self, line: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for the program to end.
    pub(crate) fn end(mut self) -> RunOutput {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let code = self.child.wait().unwrap().code();
        RunOutput { stdout, stderr, code }
    }
}

impl Drop for RunningProgram {
    fn drop(&mut self) {
        // Fails if it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the program in a home of its own.
pub(crate) fn run(arguments: &[&str]) -> RunOutput {
    TestHome::new().run(arguments)
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Replaces values that differ at every run.
pub(crate) fn normalize(home: &TestHome, text: &str) -> String {
    let mut text = text.replace(home.folder.path().to_str().unwrap(), "/FOLDER");
    for (pattern, name) in [
        (r"((?:127\.0\.0\.1|localhost)):\d{4,5}", "$1:PORT"),
        (r"\b[0-9a-f]{16,}\b", "HEX"),
        (r"\b[A-Za-z0-9_-]{43}\b", "RANDOM"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z?", "TIME"),
        (r"\b\d+ s ago", "N s ago"),
    ] {
        text = Regex::new(pattern).unwrap().replace_all(&text, name).into_owned();
    }
    text
}
