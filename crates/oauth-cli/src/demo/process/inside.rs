//! Inside the other process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::anyhow;
use http::{Method, Uri};
use oauth_core::chrono::{DateTime, TimeDelta, Utc};
use oauth_core::connections::{Connections, Sweep};
use oauth_core::{
    App, Call, Client, Clock, Error, Limits, RedirectUri, Site as _, Transport, TransportError, async_trait,
};
use oauth_store::{EncryptionKey, Keyring, Sqlite};
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::sync::mpsc;

use super::line::{Message, Order, Setup, Task, Told};
use super::{Ask, LEASE, TOKEN_DEADLINE};
use crate::cli::Provider;
use crate::trace::{Traced, Watch};

/// Does what is read from stdin, until it ends.
pub(crate) async fn run() -> anyhow::Result<()> {
    serve(tokio::io::stdin(), tokio::io::stdout()).await
}

pub(super) async fn serve(
    input: impl AsyncRead + Unpin + Send + 'static,
    output: impl AsyncWrite + Unpin + Send + 'static,
) -> anyhow::Result<()> {
    let mut orders = lines(input);
    // None where the demo was killed before it could say anything.
    let Some(setup) = orders.recv().await else { return Ok(()) };
    let setup: Setup = read(&setup)?;
    let (sender, told) = mpsc::unbounded_channel();
    let writer = tokio::spawn(write(told, output));
    let tell = Tell(sender);
    match setup.provider {
        Provider::Cohortgo => work::<cohortgo::CohortGo>(setup, orders, tell).await,
        Provider::Cobot => work::<cobot::Cobot>(setup, orders, tell).await,
        Provider::Go1 => work::<go1::Go1>(setup, orders, tell).await,
        Provider::Gocd => work::<gocd::Gocd>(setup, orders, tell).await,
    }?;
    writer.await?;
    Ok(())
}

async fn work<P: Ask>(setup: Setup, mut orders: mpsc::Receiver<String>, tell: Tell) -> anyhow::Result<()> {
    let clock = Ahead::default();
    let key = EncryptionKey::from_base64(&setup.key)?;
    let store = Sqlite::open(&setup.store, Keyring::new(key)).await?;
    let client = client::<P>(&setup, clock.clone(), tell.clone())?;
    let events = tell.clone();
    let connections = Connections::builder(client, store.clone())
        .lease(LEASE)
        .on_event(move |event| {
            events.line(&Told::Connection { account: event.account.to_owned(), text: event.to_string() });
        })
        .build();
    while let Some(order) = orders.recv().await {
        let Order { ahead, task } = read(&order)?;
        clock.set(ahead);
        tokio::select! {
            done = carry_out(&connections, task) => {
                tell.line(&Told::Done(done.map_err(|error| error.to_string())));
            }
            // The demo is gone, and nobody waits for the rest.
            None = orders.recv() => return Ok(()),
        }
    }
    connections.drain().await;
    store.close().await;
    Ok(())
}

fn client<P: Ask>(setup: &Setup, clock: Ahead, tell: Tell) -> Result<Client<P>, Error> {
    let app = App::new(
        setup.client_id.as_str(),
        setup.client_secret.as_str(),
        RedirectUri::new(setup.redirect_uri.as_str())?,
    );
    let site = P::site(&setup.url)?;
    let (token_url, doomed) = (site.token_url().to_string(), setup.doomed);
    let mut limits = Limits::default();
    limits.token_deadline = TOKEN_DEADLINE;
    let watch = Arc::new(tell.clone());
    Client::builder(site, app)
        .clock(clock)
        .limits(limits)
        .wrap_transport(move |inner| Arc::new(Traced::new(inner, watch)))
        .wrap_transport(move |inner| if doomed { Arc::new(Doomed { inner, token_url, tell }) } else { inner })
        .build()
}

async fn carry_out<P: Ask>(connections: &Connections<P>, task: Task) -> Result<String, Error> {
    let sweep = match task {
        Task::Ask(account) => return P::ask(&connections.get(&account)).await,
        Task::SweepDue => Sweep::due(),
        Task::SweepLapsing => Sweep::lapsing(),
    };
    Ok(connections.sweep(&sweep).await?.to_string())
}

/// Stops for ever where a token call would leave: whoever kills the process then does so between the note in the store that
/// a refresh is begun, and the call.
#[derive(Debug)]
struct Doomed {
    inner: Arc<dyn Transport>,
    token_url: String,
    tell: Tell,
}

#[async_trait]
impl Transport for Doomed {
    async fn call(&self, call: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
        if call.request.uri() == self.token_url.as_str() {
            self.tell.line(&Told::Stopped);
            std::future::pending::<()>().await;
        }
        self.inner.call(call).await
    }
}

/// The sandbox's time: the computer's, and by how much the demo says it is ahead.
#[derive(Clone, Debug, Default)]
struct Ahead(Arc<AtomicU64>);

impl Ahead {
    fn set(&self, ahead: Duration) {
        self.0.store(u64::try_from(ahead.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Clock for Ahead {
    fn now(&self) -> DateTime<Utc> {
        let ahead = i64::try_from(self.0.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
        Utc::now() + TimeDelta::microseconds(ahead)
    }
}

/// To the demo.
#[derive(Clone, Debug)]
struct Tell(mpsc::UnboundedSender<String>);

impl Tell {
    fn line(&self, told: &Told) {
        // Texts and lists under string keys: JSON can hold them. Where the demo is gone nobody is left to tell.
        let _ = self.0.send(format!("{}\n", serde_json::to_string(told).unwrap_or_default()));
    }
}

impl Watch for Tell {
    fn request(&self, request: &http::Request<Vec<u8>>) {
        self.line(&Told::Request(Message::of_request(request)));
    }

    fn answer(&self, method: &Method, uri: &Uri, answer: Result<&http::Response<Vec<u8>>, String>) {
        let answer = answer.map(Message::of_response);
        self.line(&Told::Answer { method: method.to_string(), uri: uri.to_string(), answer });
    }
}

/// What comes in, line by line, read in a task of its own, so that its end is noticed whatever else is being done.
fn lines(input: impl AsyncRead + Unpin + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut lines = BufReader::new(input).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if sender.send(line).await.is_err() {
                return;
            }
        }
    });
    receiver
}

async fn write(mut told: mpsc::UnboundedReceiver<String>, mut output: impl AsyncWrite + Unpin) {
    while let Some(line) = told.recv().await {
        if output.write_all(line.as_bytes()).await.is_err() || output.flush().await.is_err() {
            return;
        }
    }
}

fn read<T: DeserializeOwned>(line: &str) -> anyhow::Result<T> {
    // The parser's own error could quote a secret.
    serde_json::from_str(line)
        .map_err(|_| anyhow!("a line was not understood; `oauth demo` starts this by itself"))
}
