//! The sandbox's clock, read over its control API.

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

use crate::protocol::WorkerConfig;

/// Polling interval.
const INTERVAL: Duration = Duration::from_millis(10);

/// The sandbox's clock, as this process last read it. Clones share the state.
#[derive(Clone, Debug)]
pub(crate) struct SandboxTime {
    /// Offset from the machine's clock in microseconds.
    offset: Arc<AtomicI64>,
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
    /// Reads the clock now and then at each interval.
    pub(crate) async fn follow(config: &WorkerConfig) -> Self {
        let time = Self {
            offset: Arc::default(),
            read: watch::Sender::new(()),
            client: Client::builder(TokioExecutor::new()).build_http(),
            url: format!("{}/{}/now", config.control_url, config.provider.name()),
            key: config.control_key.clone(),
        };
        time.read().await;
        let poller = time.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(INTERVAL).await;
                poller.read().await;
            }
        });
        time
    }

    pub(crate) async fn read(&self) {
        let request = Request::get(&self.url).header("X-Sandbox-Key", &self.key).body(Empty::new()).unwrap();
        let body = self.client.request(request).await.unwrap().into_body().collect().await.unwrap();
        let Now { now } = serde_json::from_slice(&body.to_bytes()).unwrap();
        self.offset.store((now - Utc::now()).num_microseconds().unwrap(), Ordering::Relaxed);
        self.read.send_replace(());
    }

    pub(crate) async fn wait_until(&self, moment: DateTime<Utc>) {
        self.read.subscribe().wait_for(|()| self.now() >= moment).await.unwrap();
    }
}

impl Clock for SandboxTime {
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::microseconds(self.offset.load(Ordering::Relaxed))
    }
}
