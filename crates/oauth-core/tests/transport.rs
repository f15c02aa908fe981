//! The ordinary transport against real sockets.
#![allow(clippy::unwrap_used)] // a test may panic
#![cfg(feature = "reqwest")]

mod support;

use std::time::Duration;

use httpmock::prelude::*;
use oauth_core::{Client, Error, ErrorKind, FixedSite, Limits, RawRequest, Scopes, Token};
use support::{Plain, app};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn client_at(base: &str, limits: Limits) -> Client<Plain> {
    let site = FixedSite::new(&format!("{base}/authorize"), &format!("{base}/token"), &format!("{base}/api"))
        .unwrap();
    Client::builder(site, app()).limits(limits).user_agent("test/1").build().unwrap()
}

async fn ask(base: &str, limits: Limits) -> Result<Token<Plain>, Error> {
    client_at(base, limits).client_credentials(Scopes::none()).await
}

fn limits(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

#[tokio::test]
async fn a_token_call_and_an_api_call_over_loopback_with_a_name_below_localhost() {
    let server = MockServer::start_async().await;
    let token = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/token")
                .header("user-agent", "test/1")
                .header("accept", "application/json");
            then.status(200).body(r#"{"access_token":"canary-a"}"#);
        })
        .await;
    let api = server
        .mock_async(|when, then| {
            when.method(GET)
                .path("/api")
                .header("authorization", "Bearer canary-a")
                .header("user-agent", "test/1");
            then.status(204);
        })
        .await;
    // `space.localhost` is this machine without asking any resolver.
    let client = client_at(&format!("http://space.localhost:{}", server.port()), Limits::default());
    let held = client.client_credentials(Scopes::none()).await.unwrap();
    let url = format!("http://space.localhost:{}/api", server.port());
    let raw = RawRequest::new(oauth_core::http::Request::get(url).body(Vec::new()).unwrap());
    client.send(&held, &raw).await.unwrap();
    token.assert_async().await;
    api.assert_async().await;
}

#[tokio::test]
async fn redirects_are_never_followed() {
    let server = MockServer::start_async().await;
    let target = server
        .mock_async(|when, then| {
            when.path("/elsewhere");
            then.status(200).body(r#"{"access_token":"canary-stolen"}"#);
        })
        .await;
    for status in [301, 302, 303, 307, 308] {
        let mock = server
            .mock_async(|when, then| {
                when.path("/token");
                then.status(status).header("location", server.url("/elsewhere?secret=canary-x"));
            })
            .await;
        let error = ask(&server.base_url(), Limits::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirected);
        assert_eq!(error.message(), Some(format!("to 127.0.0.1:{}", server.port()).as_str()));
        mock.delete_async().await;
    }
    assert_eq!(target.calls_async().await, 0);
}

#[tokio::test]
async fn a_body_beyond_the_cap_is_not_read() {
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.path("/token");
            then.status(200).body(" ".repeat(100_000));
        })
        .await;
    let error = ask(&server.base_url(), limits(|limits| limits.token_body = 10_000)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(!error.is_transient());
    assert!(error.to_string().contains("10000 bytes"), "{error}");
}

/// A server that answers every connection with these bytes and closes it; `None`: reads and stays silent.
async fn raw_server(answer: Option<&'static [u8]>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
            match answer {
                Some(bytes) => {
                    let _ = stream.write_all(bytes).await;
                }
                None => open.push(stream),
            }
        }
    });
    base
}

#[tokio::test]
async fn what_left_without_a_complete_answer_is_told_apart_from_what_never_left() {
    // Nobody listens there: the listener is closed again.
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = ask(&format!("http://{closed}"), Limits::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotSent, "{error}");
    assert!(error.to_string().contains("refused"), "{error}");

    for answer in [
        &b""[..],
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"access_token\":\"canary-a\"}",
    ] {
        let base = raw_server(Some(answer)).await;
        let error = ask(&base, Limits::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unanswered, "{error}");
        assert!(!format!("{error:?}").contains("canary"));
    }

    let base = raw_server(None).await;
    let quick = limits(|limits| limits.token_deadline = Duration::from_millis(50));
    let error = ask(&base, quick).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unanswered, "{error}");
    assert!(error.to_string().contains("deadline"), "{error}");
}

/// A frozen container, a paused virtual machine: the deadline is over when it goes on, and the answer is there. It may hold
/// the only live refresh token.
#[tokio::test]
async fn an_answer_that_came_while_the_process_was_stopped_is_read() {
    use std::io::{Read, Write};

    let deadline = Duration::from_millis(300);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (asked, mut is_asked) = tokio::sync::oneshot::channel();
    let (stopped, is_stopped) = std::sync::mpsc::channel();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]).unwrap();
        asked.send(()).unwrap();
        is_stopped.recv().unwrap();
        // More than is read at once.
        let body = format!("{{\"access_token\":\"canary-a\"}}{}", " ".repeat(100_000));
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
    });
    let call =
        tokio::spawn(async move { ask(&base, limits(|limits| limits.token_deadline = deadline)).await });
    while is_asked.try_recv().is_err() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    stopped.send(()).unwrap();
    // The one thread that runs tasks.
    std::thread::sleep(deadline * 2);
    call.await.unwrap().unwrap();
    server.join().unwrap();
}

/// A handshake that never ends is given up before the deadline, and the server has seen no request.
#[tokio::test]
async fn a_server_that_never_shakes_hands() {
    let base = raw_server(None).await.replace("http://", "https://");
    let quick = limits(|limits| limits.token_deadline = Duration::from_millis(200));
    let error = ask(&base, quick).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotSent | ErrorKind::Setup), "{error}");
}

/// With rustls and ring as the only provider, https needs nothing installed, and a refused handshake is "not sent".
#[tokio::test]
async fn tls_to_a_server_that_speaks_none() {
    let base = raw_server(Some(b"HTTP/1.1 400 Bad Request\r\n\r\n")).await.replace("http://", "https://");
    let error = ask(&base, Limits::default()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotSent | ErrorKind::Setup), "{error}");
}

#[tokio::test]
async fn an_unreadable_root_certificate_is_a_setup_error_with_its_remedy() {
    let client = Client::<Plain>::builder(support::site("provider.example"), app())
        .root_certificate("not a certificate")
        .build()
        .unwrap();
    let error = client.client_credentials(Scopes::none()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setup);
    assert!(error.to_string().contains("PEM"), "{error}");
}

#[tokio::test]
async fn root_certificates_beside_a_transport_of_one_s_own_are_refused_rather_than_forgotten() {
    let builder = Client::<Plain>::builder(support::site("provider.example"), app());
    let error = builder
        .transport(oauth_testing::Wire::default())
        .root_certificate("-----BEGIN CERTIFICATE-----")
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

/// A proxy would see what plain http carries, and plain http is for this machine alone.
#[tokio::test]
async fn plain_http_on_loopback_meets_no_proxy() {
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.path("/token");
            then.status(200).body(r#"{"access_token":"canary-a"}"#);
        })
        .await;
    let base = format!("http://space.localhost:{}", server.port());
    let site = FixedSite::new(&format!("{base}/authorize"), &format!("{base}/token"), &format!("{base}/api"))
        .unwrap();
    // Nobody listens there: a request that took this way would fail.
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let own = reqwest::Client::builder().proxy(reqwest::Proxy::all(format!("http://{closed}")).unwrap());
    let client = Client::<Plain>::builder(site, app()).with_reqwest_0_13(own).build().unwrap();
    client.client_credentials(Scopes::none()).await.unwrap();
}
