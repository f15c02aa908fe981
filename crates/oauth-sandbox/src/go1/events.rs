//! Events for webhooks: their bodies, signatures and delivery.
//!
//! Sources: `asyncapi/go1-webhooks.yml` in `api-evangelist/go1` (the envelope),
//! <https://www.go1.com/developers/partners/concepts/webhook-signature-authentification> (the signature).

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use hmac::{Hmac, Mac as _};
use http::header::CONTENT_TYPE;
use serde_json::json;
use sha2::Sha256;
use tokio::sync::{mpsc, oneshot};
use url::Url;

use super::enrollments::Enrollment;
use super::model::State;
use super::webhooks::Webhook;
use crate::{browser, random};

/// Deliveries that may wait. More are dropped.
const MAX_WAITING: usize = 1_000;
const TIMEOUT: Duration = Duration::from_secs(5);

/// Receives the subscriber's status, or `None` if there was no response.
pub(super) type Delivery = oneshot::Receiver<Option<u16>>;

type Queue = mpsc::Sender<(WebhookRequest, oneshot::Sender<Option<u16>>)>;

/// A signed request to a subscriber.
#[derive(Clone)]
struct WebhookRequest {
    url: String,
    /// `None` for a webhook without secret key.
    signature: Option<String>,
    body: String,
}

impl WebhookRequest {
    async fn send(&self) -> Option<u16> {
        let url = Url::parse(&self.url).ok().filter(browser::is_loopback)?;
        let client = browser::loopback_client(None).ok()?.timeout(TIMEOUT).build().ok()?;
        let mut request = client.post(url).header(CONTENT_TYPE, "application/json").body(self.body.clone());
        if let Some(signature) = &self.signature {
            request = request.header("Go1-Signature", signature);
        }
        let response = request.send().await.ok()?;
        Some(response.status().as_u16())
    }
}

/// Sends requests to subscribers, one after another.
#[derive(Default)]
pub(super) struct Outbox {
    queue: Option<Queue>,
    last: Option<WebhookRequest>,
}

impl Outbox {
    fn send(&mut self, request: WebhookRequest) -> Delivery {
        if self.queue.as_ref().is_some_and(mpsc::Sender::is_closed) {
            self.queue = None;
        }
        let queue = self.queue.get_or_insert_with(start_queue);
        let (sender, delivery) = oneshot::channel();
        self.last = Some(request.clone());
        let _ = queue.try_send((request, sender));
        delivery
    }

    /// Sends the last request again, unchanged.
    pub(super) fn replay(&mut self) -> Option<Delivery> {
        let last = self.last.clone()?;
        Some(self.send(last))
    }
}

/// Starts a task that ends when the queue is dropped.
fn start_queue() -> Queue {
    let (queue, mut requests) = mpsc::channel::<(WebhookRequest, oneshot::Sender<Option<u16>>)>(MAX_WAITING);
    tokio::spawn(async move {
        while let Some((request, sender)) = requests.recv().await {
            let _ = sender.send(request.send().await);
        }
    });
    queue
}

impl State {
    /// Sends an event to the webhooks of the enrollment's portal that subscribe to it.
    pub(super) fn publish(
        &mut self,
        event_type: &'static str,
        enrollment: &Enrollment,
        now: DateTime<Utc>,
    ) -> Vec<Delivery> {
        let id = random::hex::<12>();
        let webhooks = self.webhooks.iter().filter(|webhook| webhook.portal == enrollment.portal);
        let requests: Vec<_> = webhooks
            .filter(|webhook| webhook.subscribes_to(event_type))
            .map(|webhook| {
                let body = json!({
                    "id": id,
                    "event_type": event_type,
                    "webhook_version": "3.0.0",
                    "sent": now.to_rfc3339_opts(SecondsFormat::Millis, true),
                    "attempt_number": 1,
                    "url": webhook.url(),
                    "webhook_id": webhook.id,
                    "data": enrollment.details(),
                });
                signed(webhook, body.to_string(), now)
            })
            .collect();
        requests.into_iter().map(|request| self.outbox.send(request)).collect()
    }
}

fn signed(webhook: &Webhook, body: String, now: DateTime<Utc>) -> WebhookRequest {
    let time = now.timestamp();
    let signature = webhook.secret_key().map(|key| format!("t={time},v1={}", signature(key, time, &body)));
    WebhookRequest { url: webhook.url().to_owned(), signature, body }
}

fn signature(key: &str, time: i64, body: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC accepts a key of any length");
    let mac = mac.chain_update(format!("{time}.{body}")).finalize();
    mac.into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}
