//! What a worker process does.

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
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use crate::clock::SandboxTime;
use crate::protocol::{Card, Haste, Order, Report, Use, Which};
use crate::steps::{SteppedStore, SteppedTransport, Steps};

/// The variable that makes a worker of this program.
pub(crate) const SIGN: &str = "OAUTH_TESTS_WORKER";

/// Says something to the test. It is in the pipe when this returns, whatever becomes of the process.
pub(crate) fn say(report: &Report) {
    let mut line = serde_json::to_string(report).unwrap();
    line.push('\n');
    // A test that has gone away hears nothing any more.
    if std::io::stdout().lock().write_all(line.as_bytes()).is_err() {
        std::process::exit(1);
    }
}

fn heard<T: DeserializeOwned>() -> Option<T> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).ok()?;
    serde_json::from_str(&line).ok()
}

pub(crate) fn main() -> ExitCode {
    let Some(card) = heard::<Card>() else { return ExitCode::FAILURE };
    let (told, orders) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        while let Some(order) = heard::<Order>() {
            let _ = told.send(order);
        }
        // The test is over, or has gone away.
        std::process::exit(0);
    });
    let mut runtime = match card.threads {
        1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = runtime.worker_threads(card.threads).enable_all().build().unwrap();
    runtime.block_on(work(card, orders));
    ExitCode::SUCCESS
}

async fn work(card: Card, orders: mpsc::UnboundedReceiver<Order>) {
    let app = App::new(&*card.client_id, &*card.client_secret, card.redirect_uri.parse().unwrap());
    match card.provider {
        Which::Go1 => {
            let site = go1::Site::at(&card.url).unwrap();
            serve(card, go1::Client::builder(site, app), go1::api::Me, orders).await;
        }
        Which::Gocd => {
            let site = gocd::Site::at(&card.url).unwrap();
            serve(card, gocd::Client::builder(site, app), gocd::api::CurrentUser, orders).await;
        }
    }
}

async fn serve<P: Provider, E: Endpoint<P>>(
    card: Card,
    client: ClientBuilder<P>,
    ping: E,
    mut orders: mpsc::UnboundedReceiver<Order>,
) {
    let time = SandboxTime::follow(&card).await;
    let acme = connection(&card, client, &time).await;
    say(&Report::Ready);
    while let Some(order) = orders.recv().await {
        let report = match order {
            Order::Use => {
                time.read().await;
                Report::Used(used(acme.send(&ping).await.map(drop)))
            }
            Order::Renew { tasks, from, than, expired } => {
                let tasks: Vec<_> = (0..tasks)
                    .map(|_| tokio::spawn(renewed(acme.clone(), time.clone(), from, than, expired)))
                    .collect();
                all(tasks).await
            }
        };
        say(&report);
    }
}

async fn connection<P: Provider>(card: &Card, client: ClientBuilder<P>, time: &SandboxTime) -> Connection<P> {
    let steps = Steps::until(card.end);
    let around = steps.clone();
    let mut limits = Limits::default();
    if let Some(Haste { token_deadline, .. }) = card.haste {
        limits.token_deadline = token_deadline;
    }
    let client = client
        .limits(limits)
        .clock(time.clone())
        .wrap_transport(|inner| Arc::new(SteppedTransport { inner, steps: around }))
        .build()
        .unwrap();
    let store = SteppedStore { inner: card.place.open().await, steps };
    let mut connections = Connections::builder(client, store).jitter(Duration::ZERO);
    if let Some(Haste { lease, .. }) = card.haste {
        // What became of a connection elsewhere is seen at once.
        connections = connections.lease(lease).revalidate(Duration::ZERO);
    }
    connections.build().get(&card.account)
}

fn used(result: Result<(), Error>) -> Use {
    let Err(error) = result else { return Use::Alive };
    match error.kind() {
        ErrorKind::NeedsReconnect(ReconnectReason::OutcomeUnknown) => Use::OutcomeUnknown,
        ErrorKind::Busy => Use::Transient(error.to_string()),
        _ if error.is_transient() => Use::Transient(error.to_string()),
        _ => Use::Dead(error.to_string()),
    }
}

/// The first token other than `than` that is to be had once the sandbox's clock says `from`.
async fn renewed<P: Provider>(
    acme: Connection<P>,
    time: SandboxTime,
    from: DateTime<Utc>,
    than: Option<u64>,
    expired: bool,
) -> Result<u64, String> {
    time.reach(from).await;
    loop {
        let headers = acme.headers().await.map_err(|error| error.to_string())?;
        let token = fingerprint(&headers);
        if Some(token) != than {
            return Ok(token);
        }
        if expired {
            return Err("an expired token was handed out".to_owned());
        }
        // It is due, still valid, and being refreshed.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn all(tasks: Vec<tokio::task::JoinHandle<Result<u64, String>>>) -> Report {
    let count = tasks.len();
    let mut tokens = BTreeSet::new();
    for task in tasks {
        match task.await.unwrap() {
            Ok(token) => tokens.insert(token),
            Err(error) => return Report::Failed(error),
        };
    }
    Report::Renewed { tokens: tokens.into_iter().collect(), tasks: count }
}

/// The same in every process of this program.
fn fingerprint(headers: &HeaderMap) -> u64 {
    let mut hasher = DefaultHasher::new();
    headers["authorization"].as_bytes().hash(&mut hasher);
    hasher.finish()
}
