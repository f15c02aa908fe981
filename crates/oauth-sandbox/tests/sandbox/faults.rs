//! Scripted faults.

use std::time::{Duration, Instant};

use oauth_sandbox::{Fault, Gocd, RedirectStatus};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use crate::support::{feed, token, token_header, token_response, tokens};

/// Sends a refresh over a TCP connection and returns all bytes until the server closes it.
async fn raw_refresh(sandbox: &Gocd, refresh: &str) -> String {
    let url = Url::parse(sandbox.token_url()).unwrap();
    let body = format!(
        "grant_type=refresh-token&refresh_token={refresh}&client_id={}&client_secret={}&redirect_uri={}",
        sandbox.client_id(),
        sandbox.client_secret(),
        sandbox.redirect_uris()[0],
    );
    let mut stream = TcpStream::connect(url.socket_addrs(|| None).unwrap()[0]).await.unwrap();
    let request = format!(
        "POST {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{body}",
        url.path(),
        body.len(),
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response
}

#[tokio::test]
async fn dropped_connection_sends_nothing() {
    let sandbox = Gocd::start().await.unwrap();
    let (access, refresh) = tokens(&sandbox).await;

    sandbox.next_token_call(Fault::DropRequest);
    assert_eq!(raw_refresh(&sandbox, &refresh).await, "");
    assert_eq!(feed(&sandbox, &token_header(&access)).await, 200, "the provider did not process the request");

    sandbox.next_token_call(Fault::DropResponse);
    assert_eq!(raw_refresh(&sandbox, &refresh).await, "");
    assert_eq!(feed(&sandbox, &token_header(&access)).await, 401, "the pair was replaced");
    let call = [("grant_type", "refresh-token"), ("refresh_token", refresh.as_str())];
    assert_eq!(token(&sandbox, &call).await.0, 400);

    let journal = sandbox.journal();
    let dropped: Vec<_> = journal.entries().iter().filter(|entry| entry.fault.is_some()).collect();
    assert!(dropped.iter().all(|entry| entry.status.is_none()), "{dropped:?}");
    assert_eq!(dropped[0].fault.as_deref(), Some("drop_request"));
    assert_eq!((dropped[0].notes.len(), dropped[1].notes.len()), (0, 1));
}

#[tokio::test]
async fn truncated_body_is_shorter_than_content_length() {
    let sandbox = Gocd::start().await.unwrap();
    let (_, refresh) = tokens(&sandbox).await;
    sandbox.next_token_call(Fault::TruncateBody);
    let response = raw_refresh(&sandbox, &refresh).await;
    let (head, body) = response.split_once("\r\n\r\n").expect("the head arrives whole");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let promised = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    assert_eq!(body.len(), promised.parse::<usize>().unwrap() / 2);
    // A real client reports an error.
    sandbox.next_token_call(Fault::TruncateBody);
    let response = token_response(&sandbox, &[]).await;
    assert_eq!(response.status(), 400);
    assert!(response.bytes().await.is_err());
}

#[tokio::test]
async fn faults_replace_provider_response() {
    let sandbox = Gocd::start().await.unwrap();
    let (access, refresh) = tokens(&sandbox).await;
    let refreshing = [("grant_type", "refresh-token"), ("refresh_token", refresh.as_str())];

    // Faults are queued, and apply to their own kind of call only.
    sandbox.next_token_call(Fault::status(503, "busy").header("x-reason", "test"));
    sandbox.next_token_call(Fault::HtmlBadGateway);
    sandbox.next_token_call(Fault::too_many_requests(Duration::from_secs(7)));
    sandbox.next_token_call(Fault::error_in_ok("invalid_grant"));
    assert_eq!(feed(&sandbox, &token_header(&access)).await, 200);

    let response = token_response(&sandbox, &refreshing).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["x-reason"]),
        (503, &"test".parse().unwrap())
    );
    assert_eq!(response.text().await.unwrap(), "busy");
    let response = token_response(&sandbox, &refreshing).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (502, &"text/html".parse().unwrap())
    );
    let response = token_response(&sandbox, &refreshing).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["retry-after"]),
        (429, &"7".parse().unwrap())
    );
    let (status, body) = token(&sandbox, &refreshing).await;
    assert_eq!((status, body), (200, serde_json::json!({ "error": "invalid_grant" })));

    for (status, code) in [
        (RedirectStatus::MovedPermanently, 301),
        (RedirectStatus::Found, 302),
        (RedirectStatus::SeeOther, 303),
        (RedirectStatus::Temporary, 307),
        (RedirectStatus::Permanent, 308),
    ] {
        sandbox.next_token_call(Fault::redirect(status, "https://elsewhere.example/"));
        let response = token_response(&sandbox, &refreshing).await;
        assert_eq!(
            (response.status().as_u16(), crate::support::location(&response).as_str()),
            (code, "https://elsewhere.example/")
        );
    }

    // The provider processed none of these calls, but it processes the one whose 502 comes after the work.
    sandbox.next_token_call(Fault::HtmlBadGateway.after_work());
    assert_eq!(token_response(&sandbox, &refreshing).await.status(), 502);
    assert_eq!(token(&sandbox, &refreshing).await.0, 400);

    sandbox.next_api_call(Fault::status(401, ""));
    assert_eq!(feed(&sandbox, &format!("Bearer {}", sandbox.personal_access_token())).await, 401);
    assert_eq!(feed(&sandbox, &format!("Bearer {}", sandbox.personal_access_token())).await, 200);
}

#[tokio::test]
async fn faults_delay_or_withhold_response() {
    let sandbox = Gocd::start().await.unwrap();
    sandbox.next_token_call(Fault::delay(Duration::from_millis(60)));
    let before = Instant::now();
    let (status, _): (u16, Value) = token(&sandbox, &[]).await;
    assert_eq!(status, 400);
    assert!(before.elapsed() >= Duration::from_millis(60));

    sandbox.next_token_call(Fault::Hang);
    let waiting = tokio::time::timeout(Duration::from_millis(80), token_response(&sandbox, &[]));
    assert!(waiting.await.is_err(), "no response");
    let journal = sandbox.journal();
    let last = journal.entries().last().unwrap();
    assert_eq!((last.fault.as_deref(), last.status), (Some("hang"), None));
    // Other calls get a response meanwhile.
    assert_eq!(token(&sandbox, &[]).await.0, 400);
}
