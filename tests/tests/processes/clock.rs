//! The sandbox's time, read over its control API.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use oauth_core::chrono::{DateTime, TimeDelta, Utc};
use oauth_core::http::Request;
use oauth_core::{Clock, serde_json};
use serde::Deserialize;
use tokio::sync::watch;

use crate::protocol::Card;

/// How often the sandbox is asked.
const INTERVAL: Duration = Duration::from_millis(10);

/// The sandbox's clock as this process last read it. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct SandboxTime {
    /// How far it is ahead of the machine's, in microseconds.
    ahead: Arc<AtomicI64>,
    read: watch::Sender<()>,
    client: Client<HttpConnector, Empty<&'static [u8]>>,
    url: String,
    key: String,
}

#[derive(Deserialize)]
struct Now {
    now: DateTime<Utc>,
}

impl SandboxTime {
    /// Reads it, and from then on again and again.
    pub(crate) async fn follow(card: &Card) -> Self {
        let time = Self {
            ahead: Arc::default(),
            read: watch::Sender::new(()),
            client: Client::builder(TokioExecutor::new()).build_http(),
            url: format!("{}/{}/now", card.control_url, card.provider.name()),
            key: card.control_key.clone(),
        };
        time.read().await;
        let following = time.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(INTERVAL).await;
                following.read().await;
            }
        });
        time
    }

    /// Reads it now.
    pub(crate) async fn read(&self) {
        let request = Request::get(&self.url).header("X-Sandbox-Key", &self.key).body(Empty::new()).unwrap();
        let answer = self.client.request(request).await.unwrap().into_body().collect().await.unwrap();
        let Now { now } = serde_json::from_slice(&answer.to_bytes()).unwrap();
        self.ahead.store((now - Utc::now()).num_microseconds().unwrap(), Ordering::Relaxed);
        self.read.send_replace(());
    }

    /// Waits until it is as late as this.
    pub(crate) async fn reach(&self, moment: DateTime<Utc>) {
        self.read.subscribe().wait_for(|()| self.now() >= moment).await.unwrap();
    }
}

impl Clock for SandboxTime {
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::microseconds(self.ahead.load(Ordering::Relaxed))
    }
}
