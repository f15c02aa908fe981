//! Records each course completion of a Go1 portal exactly once, in a file of tab-separated lines: enrollment,
//! user account, learning object, time. Webhooks report them at once; polling finds those that no webhook
//! reported, such as while this program was stopped.
//!
//! ```sh
//! cargo run -p examples --example go1-completions
//! ```
//!
//! stops and restarts it in the sandbox. With a client of your own portal it runs until Ctrl-C:
//!
//! ```sh
//! export PORTAL_CLIENT_ID=… PORTAL_CLIENT_SECRET=… WEBHOOK_KEY=… PUBLIC_URL=https://lms.example.com
//! cargo run -p examples --example go1-completions
//! ```
//!
//! It listens on 127.0.0.1:3000, to which your server has to forward `PUBLIC_URL/go1`. The key is a secret
//! of your choice, of at most 64 characters; to change it, delete the webhook at Go1 first. A line that
//! begins with `polled` has the start of the next poll. The first one reads at most 10,000 completions, which
//! is Go1's limit: for a portal with more, begin the file with such a line.

#![allow(clippy::print_stdout, clippy::print_stderr)] // an example shows its results

mod log;
pub(crate) mod sandbox;

use std::env;
use std::error::Error;
use std::future::IntoFuture as _;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use go1::api::{CreateWebhook, Enrollment, EnrollmentStatus, Enrollments, NewWebhook, Webhooks};
use go1::chrono::TimeDelta;
use go1::webhook::{EventData, EventType, Receiver};
use go1::{App, Client, Connection, Connections, Go1, MemoryStore, Scope, Site, scope};
use oauth_web::Webhook;
use tokio::net::TcpListener;
use tokio::time::sleep;

use log::Log;

pub(crate) type Failure = Box<dyn Error + Send + Sync>;

const SCOPES: [Scope; 3] = [scope::ENROLLMENT_READ, scope::WEBHOOK_READ, scope::WEBHOOK_WRITE];

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let Ok(client_id) = env::var("PORTAL_CLIENT_ID") else { return sandbox::play().await };
    let set = |name: &str| env::var(name).map_err(|_| format!("set {name}"));
    let (secret, key) = (set("PORTAL_CLIENT_SECRET")?, set("WEBHOOK_KEY")?);
    let url = format!("{}/go1", set("PUBLIC_URL")?.trim_end_matches('/'));
    // A token of the client's own portal. It is renewed with the client's credentials.
    let client = Client::new(Site::production(), App::without_redirect(client_id, secret))?;
    let token = client.client_credentials(SCOPES).await?;
    let go1 = Connections::new(client, MemoryStore::new()).insert("portal", token).await?;
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    run(go1, listener, &url, &key, Path::new("completions.tsv"), Duration::from_secs(300)).await
}

/// Receives webhooks at `url` and polls, until it is stopped or the portal has to be connected again.
pub(crate) async fn run(
    go1: Connection<Go1>,
    listener: TcpListener,
    url: &str,
    key: &str,
    file: &Path,
    pause: Duration,
) -> Result<(), Failure> {
    let sync = Arc::new(CompletionSync { go1, log: Mutex::new(Log::open(file)?) });
    let receives = Arc::clone(&sync);
    let route = post(move |event: Webhook<Receiver>| receive(Arc::clone(&receives), event));
    let app = Router::new().route("/go1", route).with_state(Arc::new(Receiver::new(key)));
    let server = axum::serve(listener, app).into_future();
    let polls = async {
        // Before the first poll, so that no completion falls between the two.
        subscribe(&sync.go1, url, key).await?;
        loop {
            match sync.poll().await {
                Err(error) if error.downcast_ref().is_some_and(go1::Error::needs_reconnect) => {
                    return Err(error);
                }
                Err(error) => eprintln!("trying again: {error}"),
                Ok(()) => {}
            }
            sleep(pause).await;
        }
    };
    tokio::select! {
        ended = server => Ok(ended?),
        ended = polls => ended,
    }
}

/// Creates the webhook, unless an earlier start of the program did.
async fn subscribe(go1: &Connection<Go1>, url: &str, key: &str) -> Result<(), go1::Error> {
    let webhooks = go1.send(&Webhooks).await?;
    if webhooks.hits.iter().all(|webhook| webhook.url.as_deref() != Some(url)) {
        let webhook = NewWebhook::new(url, [EventType::EnrollmentComplete]).secret_key(key);
        go1.send(&CreateWebhook::new(webhook)).await?;
    }
    Ok(())
}

/// The event names the enrollment; the API has the rest of it.
async fn receive(sync: Arc<CompletionSync>, event: Webhook<Receiver>) -> StatusCode {
    let EventData::EnrollmentComplete(completed) = event.payload() else { return StatusCode::NO_CONTENT };
    let recorded = async {
        let enrollment = sync.go1.send(&Enrollment::new(completed.id)).await?;
        Ok::<_, Failure>(sync.log().record(&enrollment)?)
    };
    match recorded.await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(error) => {
            eprintln!("left to the next poll: {error}");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

struct CompletionSync {
    go1: Connection<Go1>,
    log: Mutex<Log>,
}

impl CompletionSync {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records what was completed since the last poll that saw all of it.
    async fn poll(&self) -> Result<(), Failure> {
        let mut newest = self.log().polled;
        let mut list = Enrollments::new().status([EnrollmentStatus::Completed]).limit(50);
        if let Some(time) = newest {
            // Go1 may show a completion a little later than its time.
            list = list.update_time_gte(time - TimeDelta::minutes(10));
        }
        let (mut pages, mut failed) = (self.go1.pages(list), None);
        while let Some(enrollment) = pages.next().await {
            match enrollment {
                Ok(enrollment) => {
                    newest = newest.max(enrollment.updated_time);
                    self.log().record(&enrollment)?;
                }
                Err(error) => failed = Some(error),
            }
        }
        // After a failure, the next poll starts at the same time.
        failed.map_or(Ok(()), Err)?;
        Ok(self.log().set_polled(newest)?)
    }
}
