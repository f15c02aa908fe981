//! The worker process.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::connections::{Connection, Connections};
use oauth_core::http::HeaderMap;
use oauth_core::store::ReconnectReason;
use oauth_core::{App, ClientBuilder, Endpoint, Error, ErrorKind, Limits, Provider, serde_json};
use oauth_testing::HookedStore;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use crate::clock::SandboxTime;
use crate::protocol::{CallOutcome, Report, ShortTimes, TestProvider, WorkerCommand, WorkerConfig};
use crate::steps::{SteppedTransport, Steps};

/// Environment variable that starts this program as a worker.
pub(crate) const WORKER_VARIABLE: &str = "OAUTH_TESTS_WORKER";

/// Writes a line to the test. It is in the pipe when this returns, so it survives the process.
pub(crate) fn send_report(report: &Report) {
    let mut line = serde_json::to_string(report).unwrap();
    line.push('\n');
    // The test has ended.
    if std::io::stdout().lock().write_all(line.as_bytes()).is_err() {
        std::process::exit(1);
    }
}

fn read_line<T: DeserializeOwned>() -> Option<T> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).ok()?;
    serde_json::from_str(&line).ok()
}

pub(crate) fn main() -> ExitCode {
    let Some(config) = read_line::<WorkerConfig>() else { return ExitCode::FAILURE };
    let (sender, commands) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        while let Some(command) = read_line::<WorkerCommand>() {
            let _ = sender.send(command);
        }
        // The test has ended.
        std::process::exit(0);
    });
    let mut runtime = match config.threads {
        1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = runtime.worker_threads(config.threads).enable_all().build().unwrap();
    runtime.block_on(work(config, commands));
    ExitCode::SUCCESS
}

async fn work(config: WorkerConfig, commands: mpsc::UnboundedReceiver<WorkerCommand>) {
    let app = App::new(&*config.client_id, &*config.client_secret, config.redirect_uri.as_str());
    match config.provider {
        TestProvider::Go1 => {
            let site = go1::Site::at(&config.url).unwrap();
            serve(config, go1::Client::builder(site, app), go1::api::Me, commands).await;
        }
        TestProvider::Gocd => {
            let site = gocd::Site::at(&config.url).unwrap();
            serve(config, gocd::Client::builder(site, app), gocd::api::CurrentUser, commands).await;
        }
    }
}

async fn serve<P: Provider, E: Endpoint<P>>(
    config: WorkerConfig,
    client: ClientBuilder<P>,
    ping: E,
    mut commands: mpsc::UnboundedReceiver<WorkerCommand>,
) {
    let time = SandboxTime::follow(&config).await;
    let acme = connection(&config, client, &time).await;
    send_report(&Report::Ready);
    while let Some(command) = commands.recv().await {
        let report = match command {
            WorkerCommand::CallApi => {
                time.read().await;
                Report::ApiCalled(call_outcome(acme.send(&ping).await.map(drop)))
            }
            WorkerCommand::GetHeaders { tasks, from, old_token, expired } => {
                let tasks: Vec<_> = (0..tasks)
                    .map(|_| {
                        tokio::spawn(wait_for_new_token(acme.clone(), time.clone(), from, old_token, expired))
                    })
                    .collect();
                collect_tokens(tasks).await
            }
        };
        send_report(&report);
    }
}

async fn connection<P: Provider>(
    config: &WorkerConfig,
    client: ClientBuilder<P>,
    time: &SandboxTime,
) -> Connection<P> {
    let steps = Steps::new(config.interruption);
    let around = steps.clone();
    let mut limits = Limits::default();
    if let Some(ShortTimes { token_deadline, .. }) = config.short_times {
        limits.token_deadline = token_deadline;
    }
    let client = client
        .limits(limits)
        .clock(time.clone())
        .wrap_transport(|inner| Arc::new(SteppedTransport { inner, steps: around }))
        .build()
        .unwrap();
    let store = HookedStore::new(config.store.open().await, steps);
    let mut connections =
        Connections::builder(client, store).jitter(Duration::ZERO).refusal_window(Duration::ZERO);
    if let Some(ShortTimes { lease, .. }) = config.short_times {
        // Changes by other processes are seen at once.
        connections = connections
            .lease(lease)
            .revalidate(Duration::ZERO)
            .store_deadline(Duration::from_secs(2))
            .save_retry(Duration::from_millis(50), Duration::from_millis(200));
    }
    connections.build().get(&config.account)
}

fn call_outcome(result: Result<(), Error>) -> CallOutcome {
    let Err(error) = result else { return CallOutcome::Alive };
    match error.kind() {
        ErrorKind::NeedsReconnect(ReconnectReason::OutcomeUnknown) => CallOutcome::OutcomeUnknown,
        ErrorKind::Busy => CallOutcome::Transient(error.to_string()),
        _ if error.is_transient() => CallOutcome::Transient(error.to_string()),
        _ => CallOutcome::Permanent(error.to_string()),
    }
}

/// Requests headers from the sandbox time `from` until the token is not `old_token`.
async fn wait_for_new_token<P: Provider>(
    acme: Connection<P>,
    time: SandboxTime,
    from: DateTime<Utc>,
    old_token: Option<u64>,
    expired: bool,
) -> Result<u64, String> {
    time.wait_until(from).await;
    loop {
        let headers = acme.headers().await.map_err(|error| error.to_string())?;
        let token = fingerprint(&headers);
        if Some(token) != old_token {
            return Ok(token);
        }
        if expired {
            return Err("got an expired token".to_owned());
        }
        // The old token is due, still valid, and being refreshed.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn collect_tokens(tasks: Vec<tokio::task::JoinHandle<Result<u64, String>>>) -> Report {
    let count = tasks.len();
    let mut tokens = BTreeSet::new();
    for task in tasks {
        match task.await.unwrap() {
            Ok(token) => tokens.insert(token),
            Err(error) => return Report::Failed(error),
        };
    }
    Report::HeadersReceived { tokens: tokens.into_iter().collect(), tasks: count }
}

/// Hash of the token, equal in all processes of this program.
fn fingerprint(headers: &HeaderMap) -> u64 {
    let mut hasher = DefaultHasher::new();
    headers["authorization"].as_bytes().hash(&mut hasher);
    hasher.finish()
}
