//! Subscriptions, and a story with their webhook calls.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use oauth_sandbox::{Cobot, Sandbox};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use url::Url;

use super::{access_token, api2, booking, get_in_space, get2, ids, request_to_host, send, token_of};
use crate::support::http;

/// A server that keeps the bodies of webhook calls.
struct Subscriber {
    url: String,
    status: Arc<Mutex<u16>>,
    calls: Arc<Mutex<Vec<Value>>>,
}

impl Subscriber {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (status, calls) = (Arc::new(Mutex::new(200)), Arc::new(Mutex::new(Vec::new())));
        let (status_now, received) = (Arc::clone(&status), Arc::clone(&calls));
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = Vec::new();
                let body = loop {
                    let mut part = [0; 4096];
                    let length = stream.read(&mut part).await.unwrap();
                    request.extend_from_slice(&part[..length]);
                    let text = String::from_utf8_lossy(&request);
                    let body = text.split_once("\r\n\r\n").map(|(_, body)| serde_json::from_str(body));
                    if let Some(Ok(body)) = body {
                        break body;
                    }
                };
                let head = format!("HTTP/1.1 {} x\r\nlocation: /hook\r\n", status_now.lock().unwrap());
                let response = format!("{head}content-length: 0\r\nconnection: close\r\n\r\n");
                stream.write_all(response.as_bytes()).await.unwrap();
                received.lock().unwrap().push(body);
            }
        });
        Self { url, status, calls }
    }

    fn respond_with(&self, status: u16) {
        *self.status.lock().unwrap() = status;
    }

    /// Waits until `count` calls have been received since the last time.
    async fn calls(&self, count: usize) -> Vec<Value> {
        for _ in 0..500 {
            if self.calls.lock().unwrap().len() >= count {
                return std::mem::take(&mut *self.calls.lock().unwrap());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{:?} instead of {count} calls", self.calls.lock().unwrap());
    }
}

async fn subscribe(sandbox: &Cobot, token: &str, event: &str, callback_url: &str) -> (u16, Value) {
    let request = request_to_host(sandbox, "POST", "betahaus.localhost", "/api/subscriptions");
    let body = json!({ "event": event, "callback_url": callback_url });
    send(request.bearer_auth(token).json(&body)).await
}

async fn is_active(sandbox: &Cobot, token: &str, id: &str) -> bool {
    let (_, body) = get_in_space(sandbox, "betahaus", &format!("/subscriptions/{id}"), token).await;
    body["active"].as_bool().unwrap()
}

async fn wait_until_inactive(sandbox: &Cobot, token: &str, id: &str) {
    for _ in 0..50 {
        if !is_active(sandbox, token, id).await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("still active");
}

#[tokio::test]
async fn subscriptions_are_created_listed_and_deleted() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, "read_subscriptions write_subscriptions").await;
    let url = "http://127.0.0.1:9/hook";
    let (status, created) = subscribe(&sandbox, &token, "created_booking", url).await;
    assert_eq!(status, 201);
    let id = created["id"].as_str().unwrap();
    let own_url = format!("{}/api/subscriptions/{id}", sandbox.space_url("betahaus"));
    let expected =
        json!({ "id": id, "event": "created_booking", "url": own_url, "active": true, "callback_url": url });
    assert_eq!(created, expected);
    assert_eq!(get_in_space(&sandbox, "betahaus", "/subscriptions", &token).await, (200, json!([expected])));
    let path = format!("/subscriptions/{id}");
    assert_eq!(get_in_space(&sandbox, "betahaus", &path, &token).await.1, expected);
    assert_eq!(get_in_space(&sandbox, "harbour", "/subscriptions", &token).await.1, json!([]));
    assert_eq!(get_in_space(&sandbox, "atelier", "/subscriptions", &token).await.0, 403);
    let tom = token_of(&sandbox, "tom@example.com", "read_subscriptions").await;
    assert_eq!(get_in_space(&sandbox, "betahaus", &path, &tom).await.0, 404, "of another user");

    assert_eq!(subscribe(&sandbox, &token, "created_booking", url).await.0, 409);
    assert_eq!(subscribe(&sandbox, &token, "updated_booking", url).await.0, 201);
    for (event, url, field) in [
        ("booked", url, "event"),
        ("created_booking", "", "callback_url"),
        ("created_booking", "ftp://127.0.0.1/", "callback_url"),
        ("created_booking", "https://app.example/hook", "callback_url"),
        ("created_booking", "http://10.0.0.1/hook", "callback_url"),
    ] {
        let (status, body) = subscribe(&sandbox, &token, event, url).await;
        assert_eq!(status, 422, "{event} {url}");
        assert!(body["errors"][field].is_string(), "{body}");
    }
    assert_eq!(subscribe(&sandbox, &tom, "created_booking", url).await.0, 403, "needs write_subscriptions");
    assert_eq!(subscribe(&sandbox, "wrong", "created_booking", url).await.0, 401);

    let delete = async || {
        let path = format!("/api{path}");
        send(request_to_host(&sandbox, "DELETE", "betahaus.localhost", &path).bearer_auth(&token)).await.0
    };
    assert_eq!((delete().await, delete().await), (204, 404));
}

#[tokio::test]
async fn failed_call_is_retried_for_twenty_hours() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, "read_subscriptions write_subscriptions").await;
    let subscriber = Subscriber::start().await;
    subscriber.respond_with(500);
    let (_, created) = subscribe(&sandbox, &token, "created_membership", &subscriber.url).await;
    let id = created["id"].as_str().unwrap();
    sandbox.add_member("betahaus", "Kim Larsen", "kim@example.org");
    subscriber.calls(1).await;
    sandbox.advance(Duration::from_secs(60));
    subscriber.calls(1).await;
    // A redirect is not followed.
    subscriber.respond_with(302);
    sandbox.advance(Duration::from_secs(19 * 3600));
    subscriber.calls(8).await;
    assert!(is_active(&sandbox, &token, id).await);
    sandbox.advance(Duration::from_secs(3600));
    subscriber.calls(1).await;
    wait_until_inactive(&sandbox, &token, id).await;
    sandbox.add_member("betahaus", "Ada Berg", "ada@example.org");

    subscriber.respond_with(200);
    assert_eq!(subscribe(&sandbox, &token, "created_membership", &subscriber.url).await.0, 201, "renewed");
    let ida = sandbox.add_member("betahaus", "Ida Holm", "ida@example.org").unwrap();
    let calls = subscriber.calls(1).await;
    assert!(calls.len() == 1 && calls[0]["url"].as_str().unwrap().ends_with(&ida), "{calls:?}");
}

#[tokio::test]
async fn gone_deactivates_subscription() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, "read_subscriptions write_subscriptions").await;
    let subscriber = Subscriber::start().await;
    subscriber.respond_with(410);
    let (_, created) = subscribe(&sandbox, &token, "canceled_membership", &subscriber.url).await;
    assert!(sandbox.cancel_member("5be1d09c7a3344f0"));
    subscriber.calls(1).await;
    wait_until_inactive(&sandbox, &token, created["id"].as_str().unwrap()).await;
}

/// An app finds a space and its rooms, follows its bookings and members, and books as an admin and a member.
#[tokio::test]
async fn story_from_user_to_canceled_booking() {
    let all = Sandbox::start().await.unwrap();
    let sandbox = all.cobot();
    let nora = access_token(sandbox, "read write").await;
    let (_, user) = get2(sandbox, "/user?include=adminOf", &nora).await;
    let space = user["included"][0]["id"].as_str().unwrap();
    let (_, rooms) = get2(sandbox, &format!("/spaces/{space}/resources"), &nora).await;
    let room = ids(&rooms["data"])[0];
    let subscriber = Subscriber::start().await;
    for event in ["created_booking", "updated_booking", "deleted_booking", "confirmed_membership"] {
        assert_eq!(subscribe(sandbox, &nora, event, &subscriber.url).await.0, 201, "{event}");
    }

    // Tom joins as a member, over the control server.
    let control = |name: &str| {
        http().post(format!("{}/cobot/{name}", all.control_url())).header("x-sandbox-key", all.control_key())
    };
    let new = json!({ "space": "betahaus", "name": "Tom Oyelaran", "email": "tom@example.com" });
    let (status, joined) = send(control("add_member").json(&new)).await;
    assert_eq!(status, 200);
    let member = joined["id"].as_str().unwrap();
    let url = subscriber.calls(1).await[0]["url"].as_str().unwrap().to_owned();
    let path = Url::parse(&url).unwrap().path().strip_prefix("/api").unwrap().to_owned();
    assert_eq!(get_in_space(sandbox, "betahaus", &path, &nora).await.1["email"], "tom@example.com");

    let tom = token_of(sandbox, "tom@example.com", "read_bookings write_bookings").await;
    let path = format!("/memberships/{member}/bookings");
    let (status, created) = api2(sandbox, "POST", &path, &tom, booking(sandbox, room, (100, 102))).await;
    assert_eq!(status, 201, "{created}");
    let id = created["data"]["id"].as_str().unwrap();
    let call = subscriber.calls(1).await.remove(0);
    assert_eq!(call, json!({ "url": format!("{}/api/bookings/{id}", sandbox.space_url("betahaus")) }));
    let (_, api1) = get_in_space(sandbox, "betahaus", &format!("/bookings/{id}"), &nora).await;
    assert_eq!(
        (&api1["resource"]["id"], &api1["membership"]["name"]),
        (&json!(room), &json!("Tom Oyelaran"))
    );
    assert_eq!(api2(sandbox, "POST", "/bookings", &nora, booking(sandbox, room, (101, 103))).await.0, 400);

    let path = format!("/bookings/{id}");
    let move_it = booking(sandbox, room, (104, 105));
    assert_eq!(api2(sandbox, "PATCH", &path, &tom, move_it).await.0, 200);
    subscriber.calls(1).await;
    assert_eq!(api2(sandbox, "POST", "/bookings", &nora, booking(sandbox, room, (101, 103))).await.0, 201);
    subscriber.calls(1).await;
    assert_eq!(api2(sandbox, "DELETE", &path, &tom, Value::Null).await.0, 204);
    let call = subscriber.calls(1).await.remove(0);
    assert_eq!((&call["booking"]["id"], &call["booking"]["title"]), (&json!(id), &json!("Stand-up")));
    assert_eq!(get2(sandbox, &path, &tom).await.0, 404);

    let (status, canceled) = send(control("cancel_member").json(&json!({ "id": member }))).await;
    assert_eq!((status, canceled), (200, json!({ "canceled": true })));
    let nowhere = json!({ "space": "nowhere", "name": "x", "email": "x" });
    assert_eq!(send(control("add_member").json(&nowhere)).await.0, 400);
    sandbox.reset();
    assert_eq!(get2(sandbox, "/user", &nora).await.0, 401, "a reset forgets everything");
}
