//! The main loop of the application's process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::anyhow;
use http::{Method, Uri};
use oauth_core::chrono::{DateTime, TimeDelta, Utc};
use oauth_core::connections::{Connections, Sweep};
use oauth_core::{Call, Client, Clock, Error, Limits, Site as _, Transport, TransportError, async_trait};
use oauth_store::{EncryptionKey, Keyring, Sqlite};
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::sync::mpsc;

use super::protocol::{HttpMessage, ProcessMessage, Setup, Task, TaskRequest};
use super::{LEASE, TOKEN_DEADLINE};
use crate::provider::{DemoProvider, with_provider};
use crate::trace::CallObserver;

/// Runs the tasks read from stdin until it closes.
pub(crate) async fn run() -> anyhow::Result<()> {
    serve(tokio::io::stdin(), tokio::io::stdout()).await
}

pub(super) async fn serve(
    input: impl AsyncRead + Unpin + Send + 'static,
    output: impl AsyncWrite + Unpin + Send + 'static,
) -> anyhow::Result<()> {
    let mut requests = read_lines(input);
    // The demo may be killed before it sends the setup.
    let Some(setup) = requests.recv().await else { return Ok(()) };
    let setup: Setup = parse(&setup)?;
    let (sender, messages) = mpsc::unbounded_channel();
    let writer = tokio::spawn(write(messages, output));
    let messages = MessageSender(sender);
    with_provider!(setup.provider, P => work::<P>(setup, requests, messages).await)?;
    writer.await?;
    Ok(())
}

async fn work<P: DemoProvider>(
    setup: Setup,
    mut requests: mpsc::Receiver<String>,
    messages: MessageSender,
) -> anyhow::Result<()> {
    let clock = OffsetClock::default();
    let key = EncryptionKey::from_base64(&setup.key)?;
    let store = Sqlite::open(&setup.store, Keyring::new(key)).await?;
    let client = client::<P>(&setup, clock.clone(), messages.clone())?;
    let events = messages.clone();
    let connections = Connections::builder(client, store.clone())
        .lease(LEASE)
        // Short, so that the next process does not wait long for this one.
        .store_deadline(Duration::from_millis(300))
        .save_retry(Duration::from_millis(50), Duration::from_millis(50))
        // The demo does not wait to see whether a refusal is final.
        .refusal_window(Duration::ZERO)
        .on_event(move |event| {
            events.send(&ProcessMessage::Connection {
                account: event.account.to_owned(),
                text: event.to_string(),
            });
        })
        .build();
    while let Some(line) = requests.recv().await {
        let TaskRequest { clock_offset, task } = parse(&line)?;
        clock.set(clock_offset);
        tokio::select! {
            result = execute(&connections, task) => {
                messages.send(&ProcessMessage::Done(result.map_err(|error| error.to_string())));
            }
            // The demo has exited.
            None = requests.recv() => return Ok(()),
        }
    }
    connections.drain().await;
    store.close().await;
    Ok(())
}

fn client<P: DemoProvider>(
    setup: &Setup,
    clock: OffsetClock,
    messages: MessageSender,
) -> Result<Client<P>, Error> {
    let token_url = P::site(&setup.registration.url)?.token_url().to_string();
    let stop_before_token_call = setup.stop_before_token_call;
    let mut limits = Limits::default();
    limits.token_deadline = TOKEN_DEADLINE;
    setup
        .registration
        .client::<P>(Arc::new(messages.clone()))?
        .clock(clock)
        .limits(limits)
        .wrap_transport(move |inner| {
            if stop_before_token_call {
                Arc::new(StopBeforeTokenCall { inner, token_url, messages })
            } else {
                inner
            }
        })
        .build()
}

async fn execute<P: DemoProvider>(connections: &Connections<P>, task: Task) -> Result<String, Error> {
    let sweep = match task {
        Task::CallApi(account) => return P::call_api(&connections.get(&account)).await,
        Task::SweepDue => Sweep::due(),
        Task::SweepLapsing => Sweep::lapsing(),
    };
    Ok(connections.sweep(&sweep).await?.to_string())
}

/// A transport that never sends a token call. A kill then happens after the refresh intent is recorded in the
/// store and before the call.
#[derive(Debug)]
struct StopBeforeTokenCall {
    inner: Arc<dyn Transport>,
    token_url: String,
    messages: MessageSender,
}

#[async_trait]
impl Transport for StopBeforeTokenCall {
    async fn call(&self, call: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
        if call.request.uri() == self.token_url.as_str() {
            self.messages.send(&ProcessMessage::Stopped);
            std::future::pending::<()>().await;
        }
        self.inner.call(call).await
    }
}

/// The sandbox's clock: the system clock plus the offset that the demo sends.
#[derive(Clone, Debug, Default)]
struct OffsetClock(Arc<AtomicU64>);

impl OffsetClock {
    fn set(&self, offset: Duration) {
        self.0.store(u64::try_from(offset.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Clock for OffsetClock {
    fn now(&self) -> DateTime<Utc> {
        let offset = i64::try_from(self.0.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
        Utc::now() + TimeDelta::microseconds(offset)
    }
}

/// Sends messages to the demo.
#[derive(Clone, Debug)]
struct MessageSender(mpsc::UnboundedSender<String>);

impl MessageSender {
    fn send(&self, message: &ProcessMessage) {
        // Serialization cannot fail. A send error means that the demo has exited.
        let _ = self.0.send(format!("{}\n", serde_json::to_string(message).unwrap_or_default()));
    }
}

impl CallObserver for MessageSender {
    fn request(&self, request: &http::Request<Vec<u8>>) {
        self.send(&ProcessMessage::Request(HttpMessage::of_request(request)));
    }

    fn response(&self, method: &Method, uri: &Uri, response: Result<&http::Response<Vec<u8>>, String>) {
        let response = response.map(HttpMessage::of_response);
        self.send(&ProcessMessage::Response { method: method.to_string(), uri: uri.to_string(), response });
    }
}

/// Reads lines in a separate task, so that the end of input is noticed during a task.
fn read_lines(input: impl AsyncRead + Unpin + Send + 'static) -> mpsc::Receiver<String> {
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

async fn write(mut messages: mpsc::UnboundedReceiver<String>, mut output: impl AsyncWrite + Unpin) {
    while let Some(line) = messages.recv().await {
        if output.write_all(line.as_bytes()).await.is_err() || output.flush().await.is_err() {
            return;
        }
    }
}

fn parse<T: DeserializeOwned>(line: &str) -> anyhow::Result<T> {
    // serde's error could contain a secret.
    serde_json::from_str(line)
        .map_err(|_| anyhow!("invalid message on stdin; this command is started by `oauth demo`"))
}
