//! Webhooks: their calls, and the requests to subscribers.

use std::time::Duration;

use hmac::{Hmac, Mac as _};
use oauth_sandbox::{Go1, Sandbox};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::{call, token_of};
use crate::support::{http, send};

const MIA: &str = "mia@acme-training.example";
const SCOPES: &str = "webhook.read webhook.write enrollment.read enrollment.write";

/// A received request: the header `Go1-Signature`, and the body.
type Received = (Option<String>, String);

/// An application that responds to webhooks with 202.
struct Subscriber {
    url: String,
    requests: mpsc::UnboundedReceiver<Received>,
}

impl Subscriber {
    async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/go1", listener.local_addr().unwrap());
        let (sender, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") {
                    head.push(char::from(stream.read_u8().await.unwrap()));
                }
                let header = |name: &str| {
                    let lines = head.lines().filter_map(|line| line.split_once(": "));
                    lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
                };
                let mut body = vec![0; header("content-length").unwrap().parse().unwrap()];
                stream.read_exact(&mut body).await.unwrap();
                let signature = header("go1-signature").map(str::to_owned);
                stream
                    .write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    .await
                    .unwrap();
                let _ = sender.send((signature, String::from_utf8(body).unwrap()));
            }
        });
        Self { url, requests }
    }

    async fn next(&mut self) -> Received {
        tokio::time::timeout(Duration::from_secs(10), self.requests.recv()).await.unwrap().unwrap()
    }
}

/// Checks a signature as Go1's page on them describes. Returns its time.
fn signed_at((signature, body): &Received, key: &str) -> i64 {
    let (time, v1) = signature.as_deref().unwrap().strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    let expected = mac.chain_update(format!("{time}.{body}")).finalize().into_bytes();
    let expected: String = expected.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(v1, expected);
    time.parse().unwrap()
}

fn event(received: &Received) -> Value {
    serde_json::from_str(&received.1).unwrap()
}

#[tokio::test]
async fn webhooks_are_created_listed_and_changed() {
    let sandbox = Go1::start().await.unwrap();
    let access = token_of(&sandbox, MIA, SCOPES).await;
    let body = json!({
        "name": "Completions",
        "url": "https://app.example.com/go1",
        "secret_key": "canary-webhook-key",
        "event_types": ["enrollment.complete", "content.add"],
    });
    let (status, created) = call(&sandbox, &access, "POST", "/webhooks", body.clone()).await;
    assert_eq!(status, 201, "{created}");
    for name in ["name", "url", "secret_key", "event_types"] {
        assert_eq!(created[name], body[name]);
    }
    assert_eq!((&created["status"], &created["portal_id"]), (&json!("active"), &json!("1204311")));
    assert_eq!((&created["created_by"], created.get("oauth2")), (&json!("9300001"), None));
    let list = json!({ "total": 1, "hits": [created.clone()] });
    assert_eq!(call(&sandbox, &access, "GET", "/webhooks", Value::Null).await, (200, list));

    let path = format!("/webhooks/{}", created["id"].as_str().unwrap());
    sandbox.advance(Duration::from_secs(60));
    let (status, changed) = call(&sandbox, &access, "PATCH", &path, json!({ "status": "inactive" })).await;
    assert_eq!((status, &changed["status"], &changed["url"]), (200, &json!("inactive"), &created["url"]));
    assert!(changed["updated_time"].as_str() > created["updated_time"].as_str());
    for changes in [
        json!({ "url": "app.example.com" }),
        json!({ "url": null }),
        json!({ "event_types": [] }),
        json!({ "event_types": ["user.create"] }),
        json!({ "event_types": ["content.library.sync.request"] }),
        json!({ "secret_key": "k".repeat(65) }),
    ] {
        let mut invalid = body.clone();
        invalid.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        assert_eq!(call(&sandbox, &access, "POST", "/webhooks", invalid).await.0, 400, "{changes}");
        if !changes["url"].is_null() || changes.get("url").is_none() {
            assert_eq!(call(&sandbox, &access, "PATCH", &path, changes.clone()).await.0, 400, "{changes}");
        }
    }
    assert_eq!(call(&sandbox, &access, "PATCH", "/webhooks/unknown", json!({})).await.0, 404);
    // Another portal has its own webhooks, and a learner may not see any.
    let noah = token_of(&sandbox, "noah@northwind.example", SCOPES).await;
    assert_eq!(call(&sandbox, &noah, "PATCH", &path, json!({})).await.0, 404);
    assert_eq!(call(&sandbox, &noah, "GET", "/webhooks", Value::Null).await.1["total"], 0);
    let lea = token_of(&sandbox, "lea@acme-training.example", SCOPES).await;
    assert_eq!(call(&sandbox, &lea, "GET", "/webhooks", Value::Null).await.0, 403);
    let journal = serde_json::to_string(&sandbox.journal()).unwrap();
    assert!(!journal.contains("canary-webhook-key"), "{journal}");
}

/// From the subscription to a certificate: create, complete, replay, poll, delete.
#[tokio::test]
async fn enrollment_is_followed_from_begin_to_end() {
    let sandbox = Go1::start().await.unwrap();
    let mut subscriber = Subscriber::start().await;
    let access = token_of(&sandbox, MIA, SCOPES).await;
    let key = "a shared key";
    let webhook = json!({
        "url": subscriber.url,
        "secret_key": key,
        "event_types": ["enrollment.create", "enrollment.complete", "enrollment.delete"],
    });
    let (_, webhook) = call(&sandbox, &access, "POST", "/webhooks", webhook).await;
    assert_eq!(sandbox.replay_event().await, None, "no event was sent");

    sandbox.advance(Duration::from_secs(6 * 3_600));
    let before = sandbox.now();
    let body = json!({
        "enrollment_type": "assigned",
        "user_account_id": "9300003",
        "lo_id": "2170005",
        "status": "not-started",
    });
    let (_, enrollment) = call(&sandbox, &access, "POST", "/enrollments", body).await;
    let id = enrollment["id"].as_str().unwrap();
    let created = subscriber.next().await;
    assert!(signed_at(&created, key) - before.timestamp() < 60, "by the sandbox's clock");
    assert!(signed_at(&created, key) >= before.timestamp());
    let envelope = event(&created);
    assert_eq!((&envelope["event_type"], &envelope["data"]), (&json!("enrollment.create"), &enrollment));
    assert_eq!((&envelope["webhook_id"], &envelope["url"]), (&webhook["id"], &webhook["url"]));
    assert_eq!((&envelope["webhook_version"], &envelope["attempt_number"]), (&json!("3.0.0"), &json!(1)));

    sandbox.advance(Duration::from_secs(3_600));
    assert!(sandbox.complete_enrollment(id).await);
    let completed = subscriber.next().await;
    assert_eq!(event(&completed)["event_type"], "enrollment.complete");
    assert_eq!(event(&completed)["data"]["status"], "completed");
    assert_ne!(event(&completed)["id"], envelope["id"]);
    sandbox.advance(Duration::from_secs(120));
    assert_eq!(sandbox.replay_event().await, Some(202));
    assert_eq!(subscriber.next().await, completed, "the same body, signature and time");

    let updated = event(&completed)["data"]["updated_time"].as_str().unwrap().replace('+', "%2B");
    let path = format!("/enrollments?status=completed&update_time_gte={updated}");
    let (_, polled) = call(&sandbox, &access, "GET", &path, Value::Null).await;
    assert_eq!((&polled["total"], &polled["hits"][0]["id"]), (&json!(1), &json!(id)));
    let path = format!("/enrollments/{id}");
    assert_eq!(call(&sandbox, &access, "GET", &format!("{path}/certificate"), Value::Null).await.0, 200);
    assert_eq!(call(&sandbox, &access, "DELETE", &path, Value::Null).await.0, 204);
    assert_eq!(event(&subscriber.next().await)["event_type"], "enrollment.delete");
    assert_eq!(call(&sandbox, &access, "GET", &path, Value::Null).await.0, 404);
    sandbox.reset();
    assert_eq!(sandbox.replay_event().await, None);
}

#[tokio::test]
async fn events_reach_active_subscribers_only() {
    let sandbox = Go1::start().await.unwrap();
    let mut subscriber = Subscriber::start().await;
    let access = token_of(&sandbox, MIA, SCOPES).await;
    let subscribe = async |access: &str, url: &str, event_type: &str| {
        let body = json!({ "url": url, "event_types": [event_type] });
        let (status, webhook) = call(&sandbox, access, "POST", "/webhooks", body).await;
        assert_eq!(status, 201);
        format!("/webhooks/{}", webhook["id"].as_str().unwrap())
    };
    // Another portal, another event, another computer, and an inactive webhook get nothing.
    let noah = token_of(&sandbox, "noah@northwind.example", SCOPES).await;
    subscribe(&noah, &subscriber.url, "enrollment.complete").await;
    subscribe(&access, &subscriber.url, "enrollment.create").await;
    subscribe(&access, "http://app.example.com/go1", "enrollment.complete").await;
    assert!(sandbox.complete_enrollment("8100002").await);
    assert_eq!(sandbox.replay_event().await, None, "the last request was for another computer");
    let path = subscribe(&access, &subscriber.url, "enrollment.complete").await;
    call(&sandbox, &access, "PATCH", &path, json!({ "status": "inactive" })).await;
    assert!(sandbox.complete_enrollment("8100003").await);
    assert!(subscriber.requests.try_recv().is_err());

    call(&sandbox, &access, "PATCH", &path, json!({ "status": "active" })).await;
    let body = json!({ "status": "completed" });
    assert_eq!(call(&sandbox, &access, "PATCH", "/enrollments/8100004", body).await.0, 200);
    let received = subscriber.next().await;
    assert_eq!((&received.0, &event(&received)["data"]["id"]), (&None, &json!("8100004")));
}

#[tokio::test]
async fn controls_complete_and_replay_over_http() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut subscriber = Subscriber::start().await;
    let access = token_of(sandbox.go1(), MIA, SCOPES).await;
    let body = json!({ "url": subscriber.url, "event_types": ["enrollment.complete"] });
    call(sandbox.go1(), &access, "POST", "/webhooks", body).await;
    let control = async |name: &str, body: Value| {
        let request = http().post(format!("{}/go1/{name}", sandbox.control_url()));
        send(request.header("X-Sandbox-Key", sandbox.control_key()).json(&body)).await
    };
    assert_eq!(control("replay_event", json!({})).await, (200, json!({ "status": null })));
    let id = json!({ "id": "8100002" });
    assert_eq!(control("complete_enrollment", id.clone()).await, (200, json!({ "completed": true })));
    assert_eq!(control("complete_enrollment", id).await, (200, json!({ "completed": false })));
    assert_eq!(control("replay_event", json!({})).await, (200, json!({ "status": 202 })));
    assert_eq!(subscriber.next().await, subscriber.next().await);
}
