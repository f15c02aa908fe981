//! Settings that a custom builder cannot override. Only https uses it, so the tests call its client.

use std::sync::Mutex;

use httpmock::prelude::*;

use super::*;

async fn send_to(server: &MockServer, builder: reqwest::ClientBuilder) -> http::Response<Vec<u8>> {
    send_within(server, builder, Limits::default()).await
}

async fn send_within(
    server: &MockServer,
    builder: reqwest::ClientBuilder,
    limits: Limits,
) -> http::Response<Vec<u8>> {
    let transport = ReqwestTransport::with_builder(builder, Vec::new(), limits).unwrap();
    let request = http::Request::post(server.url("/token")).body(Vec::new()).unwrap();
    let call = Call::new(request, Duration::from_secs(5), 1000);
    send(transport.https.get().unwrap(), call.request.try_into().unwrap(), call.body_cap, None).await.unwrap()
}

#[tokio::test]
async fn follows_no_redirect_and_keeps_settings() {
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.path("/token").header("x-own", "1");
            then.status(307).header("location", "/elsewhere");
        })
        .await;
    let mut headers = http::HeaderMap::new();
    headers.insert("x-own", "1".parse().unwrap());
    let own =
        reqwest::Client::builder().default_headers(headers).redirect(reqwest::redirect::Policy::limited(5));
    assert_eq!(send_to(&server, own).await.status(), 307);
}

/// A retry would spend a single-use refresh token twice; a verbose connection would log the token.
#[tokio::test]
async fn retries_nothing() {
    let server = MockServer::start_async().await;
    let token = server
        .mock_async(|when, then| {
            when.path("/token");
            then.status(503);
        })
        .await;
    let retrying = reqwest::retry::for_host("127.0.0.1")
        .classify_fn(|attempt| attempt.retryable())
        .max_retries_per_request(3);
    let own = reqwest::Client::builder().retry(retrying).connection_verbose(true);
    assert_eq!(send_to(&server, own).await.status(), 503);
    assert_eq!(token.calls_async().await, 1);
}

/// `reqwest` logs through `log`.
#[tokio::test]
async fn log_holds_no_secret() {
    static LOG: Captured = Captured(Mutex::new(String::new()));
    log::set_logger(&LOG).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.path("/api/canary-in-path");
            then.status(200).header("x-answer", "canary-in-header").body("canary-in-response");
        })
        .await;
    let own = reqwest::Client::builder().connection_verbose(true);
    let transport = ReqwestTransport::with_builder(own, Vec::new(), Limits::default()).unwrap();
    let request = http::Request::post(server.url("/api/canary-in-path?access_token=canary-in-query"))
        .header("authorization", "Bearer canary-in-header")
        .body(b"client_secret=canary-in-body".to_vec())
        .unwrap();
    let call = Call::new(request, Duration::from_secs(5), 1000);
    send(transport.https.get().unwrap(), call.request.try_into().unwrap(), call.body_cap, None)
        .await
        .unwrap();
    let log = LOG.0.lock().unwrap();
    assert!(log.contains("reqwest"), "nothing was logged: {log}");
    assert!(!log.contains("canary"), "{log}");
}

/// Its own time-out would discard a response that arrived while the process was suspended.
#[tokio::test]
async fn only_call_deadline_applies() {
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.path("/token");
            then.status(204).delay(Duration::from_millis(1_600));
        })
        .await;
    let quick = Duration::from_millis(400);
    let limits = Limits { token_deadline: quick, api_deadline: quick, ..Limits::default() };
    let own = reqwest::Client::builder().timeout(Duration::from_millis(50));
    assert_eq!(send_within(&server, own, limits).await.status(), 204);
}

#[derive(Debug)]
struct Captured(Mutex<String>);

impl log::Log for Captured {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    // The test server's own log lines show the requests that it received.
    fn log(&self, record: &log::Record<'_>) {
        if !record.target().starts_with("httpmock") {
            let line = format!("{} {}\n", record.target(), record.args());
            self.0.lock().unwrap().push_str(&line);
        }
    }

    fn flush(&self) {}
}
