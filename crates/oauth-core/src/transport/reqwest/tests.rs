//! What a caller's own builder cannot undo. Only https goes through it, so these ask its client directly.

use std::sync::Mutex;

use httpmock::prelude::*;

use super::*;

async fn ask(server: &MockServer, builder: reqwest::ClientBuilder) -> http::Response<Vec<u8>> {
    ask_within(server, builder, Limits::default()).await
}

async fn ask_within(
    server: &MockServer,
    builder: reqwest::ClientBuilder,
    limits: Limits,
) -> http::Response<Vec<u8>> {
    let transport = ReqwestTransport::with_builder(builder, Vec::new(), limits).unwrap();
    let request = http::Request::post(server.url("/token")).body(Vec::new()).unwrap();
    let call = Call::new(request, Duration::from_secs(5), 1000);
    send(transport.https.get().unwrap(), call.request.try_into().unwrap(), call.body_cap).await.unwrap()
}

#[tokio::test]
async fn redirects_are_not_followed_and_its_own_settings_hold() {
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
    assert_eq!(ask(&server, own).await.status(), 307);
}

/// A retry would spend a single-use refresh token twice; a verbose connection would log the token.
#[tokio::test]
async fn nothing_is_sent_twice() {
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
    assert_eq!(ask(&server, own).await.status(), 503);
    assert_eq!(token.calls_async().await, 1);
}

/// `reqwest` logs through `log`: that it does, and that no secret of a request comes along.
#[tokio::test]
async fn its_log_holds_no_secret() {
    static LOG: Captured = Captured(Mutex::new(String::new()));
    log::set_logger(&LOG).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.path("/api/canary-in-path");
            then.status(200).header("x-answer", "canary-in-header").body("canary-in-answer");
        })
        .await;
    let own = reqwest::Client::builder().connection_verbose(true);
    let transport = ReqwestTransport::with_builder(own, Vec::new(), Limits::default()).unwrap();
    let request = http::Request::post(server.url("/api/canary-in-path?access_token=canary-in-query"))
        .header("authorization", "Bearer canary-in-header")
        .body(b"client_secret=canary-in-body".to_vec())
        .unwrap();
    let call = Call::new(request, Duration::from_secs(5), 1000);
    send(transport.https.get().unwrap(), call.request.try_into().unwrap(), call.body_cap).await.unwrap();
    let log = LOG.0.lock().unwrap();
    assert!(log.contains("reqwest"), "nothing was logged: {log}");
    assert!(!log.contains("canary"), "{log}");
}

/// It would throw away the answer that a process finds when it was stopped for longer.
#[tokio::test]
async fn no_time_out_but_that_of_the_call_holds() {
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
    assert_eq!(ask_within(&server, own, limits).await.status(), 204);
}

#[derive(Debug)]
struct Captured(Mutex<String>);

impl log::Log for Captured {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    // What the test's own server writes is about the requests it got, and is not ours.
    fn log(&self, record: &log::Record<'_>) {
        if !record.target().starts_with("httpmock") {
            let line = format!("{} {}\n", record.target(), record.args());
            self.0.lock().unwrap().push_str(&line);
        }
    }

    fn flush(&self) {}
}
