//! The provider process: Go1, whose refresh tokens work once, with random faults.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::time::Duration;

use oauth_core::http::StatusCode;
use oauth_core::http::header::RETRY_AFTER;
use oauth_sandbox::{Fault, Go1, JournalEntry, RequestKind};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::process_stats::peak_memory;

/// Environment variable that starts this program as the provider.
pub(crate) const PROVIDER_VARIABLE: &str = "OAUTH_LOAD_PROVIDER";

/// One call in this many has a fault.
const CALLS_PER_FAULT: usize = 20;
/// Number of calls for which faults are queued in advance.
const PLANNED_CALLS: usize = 1_000;
/// Interval between reads of the journal, short enough that no entry is dropped unread.
const JOURNAL_INTERVAL: Duration = Duration::from_millis(40);

/// Configuration of a client.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ClientConfig {
    pub(crate) url: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) portal: String,
    pub(crate) email: String,
    pub(crate) password: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ProviderCommand {
    /// Start to inject faults.
    StartFaults,
    /// Advance the clock.
    Advance { seconds: u64 },
    /// Only report the counts.
    Report,
}

/// Requests and faults seen by the provider.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ProviderCounts {
    /// Calls with a refresh token.
    pub(crate) refreshes_sent: usize,
    /// Refreshes that succeeded.
    pub(crate) refreshed: usize,
    /// Refreshes refused because the refresh token was already spent.
    pub(crate) refused: usize,
    pub(crate) token_faults: usize,
    pub(crate) api_calls: usize,
    pub(crate) api_faults: usize,
    /// Journal entries dropped unread.
    pub(crate) unseen: u64,
    pub(crate) peak_memory: Option<u64>,
}

/// The provider process, controlled by the client process. Dropping ends it.
#[derive(Debug)]
pub(crate) struct Provider {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Lines<BufReader<ChildStdout>>,
}

impl Provider {
    pub(crate) fn start() -> (Self, ClientConfig) {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(PROVIDER_VARIABLE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut provider = Self { child, stdin, stdout };
        let config = provider.read_line();
        (provider, config)
    }

    fn read_line<T: DeserializeOwned>(&mut self) -> T {
        let line = self.stdout.next().expect("the provider runs").unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// Sends a command and returns the counts afterwards.
    pub(crate) fn command(&mut self, command: &ProviderCommand) -> ProviderCounts {
        let mut line = serde_json::to_string(command).unwrap();
        line.push('\n');
        self.stdin.as_mut().unwrap().write_all(line.as_bytes()).unwrap();
        self.read_line()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // The provider ends when its stdin is closed.
        self.stdin = None;
        let _ = self.child.wait();
    }
}

fn write_line(value: &impl Serialize) {
    let mut line = serde_json::to_string(value).unwrap();
    line.push('\n');
    // The client process has ended.
    if std::io::stdout().lock().write_all(line.as_bytes()).is_err() {
        std::process::exit(1);
    }
}

pub(crate) fn main() -> ExitCode {
    let (sender, commands) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let _ = sender.send(serde_json::from_str::<ProviderCommand>(&line).unwrap());
        }
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(serve(commands));
    ExitCode::SUCCESS
}

async fn serve(mut commands: mpsc::UnboundedReceiver<ProviderCommand>) {
    let mut provider = FaultProvider::open(Go1::start().await.unwrap());
    let (go1, mut interval) = (&provider.go1, tokio::time::interval(JOURNAL_INTERVAL));
    let user = go1.users().remove(0);
    write_line(&ClientConfig {
        url: go1.url().to_owned(),
        client_id: go1.client_id().to_owned(),
        client_secret: go1.client_secret().to_owned(),
        portal: go1.portals().remove(0).url,
        email: user.email,
        password: user.password,
    });
    loop {
        tokio::select! {
            command = commands.recv() => {
                match command {
                    None => return,
                    Some(ProviderCommand::StartFaults) => provider.injects_faults = true,
                    Some(ProviderCommand::Advance { seconds }) => provider.go1.advance(Duration::from_secs(seconds)),
                    Some(ProviderCommand::Report) => {}
                }
                provider.read_journal();
                write_line(&ProviderCounts { peak_memory: peak_memory(), ..provider.counts.clone() });
            }
            _ = interval.tick() => provider.read_journal(),
        }
    }
}

struct FaultProvider {
    go1: Go1,
    injects_faults: bool,
    counts: ProviderCounts,
    /// Number of the newest journal entry read.
    newest: u64,
    /// Earlier entries that were unfinished when read.
    under_way: BTreeSet<u64>,
    /// Queued faults for token calls and for API calls, including those without effect.
    queued: [usize; 2],
    /// All faults queued so far.
    planned: [usize; 2],
}

impl FaultProvider {
    fn open(go1: Go1) -> Self {
        Self {
            go1,
            injects_faults: false,
            counts: ProviderCounts::default(),
            newest: 0,
            under_way: BTreeSet::new(),
            queued: [0; 2],
            planned: [0; 2],
        }
    }

    fn read_journal(&mut self) {
        let journal = self.go1.journal();
        let oldest = journal.entries().first().map_or(self.newest + 1, |entry| entry.number);
        self.counts.unseen += oldest.saturating_sub(self.newest + 1);
        // Dropped from the journal without a response: the client had disconnected.
        self.under_way.retain(|number| *number >= oldest);
        for entry in journal.entries() {
            let is_new = entry.number > self.newest;
            if is_new && entry.fault.is_some() {
                self.queued[usize::from(entry.kind == RequestKind::Api)] -= 1;
            }
            if !is_new && !self.under_way.remove(&entry.number) {
                continue;
            }
            self.newest = self.newest.max(entry.number);
            if !is_finished(entry) {
                self.under_way.insert(entry.number);
            } else {
                self.count(entry);
            }
        }
        if self.injects_faults {
            self.queue_faults();
        }
    }

    fn count(&mut self, entry: &JournalEntry) {
        match entry.kind {
            RequestKind::Api => {
                self.counts.api_calls += 1;
                self.counts.api_faults += usize::from(met_fault(entry));
            }
            RequestKind::Token if is_refresh(entry) => {
                self.counts.refreshes_sent += 1;
                match entry.status {
                    Some(200) => self.counts.refreshed += 1,
                    _ if met_fault(entry) => {}
                    _ => self.counts.refused += 1,
                }
                self.counts.token_faults += usize::from(met_fault(entry));
            }
            _ => {}
        }
    }

    /// Queues faults for the next calls. A delay of 0 has no effect.
    fn queue_faults(&mut self) {
        let no_fault = Fault::Delay { millis: 0 };
        for (index, (queued, planned)) in self.queued.iter_mut().zip(&mut self.planned).enumerate() {
            while *queued < PLANNED_CALLS {
                *planned += 1;
                let fault =
                    if planned.is_multiple_of(CALLS_PER_FAULT) { random_fault() } else { no_fault.clone() };
                if index == 0 {
                    self.go1.next_token_call(fault);
                } else {
                    self.go1.next_api_call(fault);
                }
                *queued += 1;
            }
        }
    }
}

/// A random fault after which the refresh token is unspent. `faults` and `processes` test lost responses.
fn random_fault() -> Fault {
    match fastrand::usize(..6) {
        0 => Fault::DropRequest,
        1 => Fault::HtmlBadGateway,
        2 => Fault::status(503, "busy"),
        3 => Fault::Response {
            status: StatusCode::TOO_MANY_REQUESTS,
            headers: vec![(RETRY_AFTER, 1.into())],
            body: String::new(),
        },
        4 => Fault::Delay { millis: 300 },
        // Until the client's deadline.
        _ => Fault::Hang,
    }
}

/// Returns true if the request has its response or will never get one.
fn is_finished(entry: &JournalEntry) -> bool {
    entry.status.is_some()
        || entry.fault.as_ref().is_some_and(|fault| ["drop_request", "hang"].contains(&fault.as_str()))
}

fn met_fault(entry: &JournalEntry) -> bool {
    entry.fault.as_ref().is_some_and(|fault| fault != "delay 0 ms")
}

fn is_refresh(entry: &JournalEntry) -> bool {
    entry.form.iter().any(|parameter| parameter.name == "grant_type" && parameter.value == "refresh_token")
}
