//! The reqwest transport with real sockets.
#![allow(clippy::unwrap_used)] // a test may panic
#![cfg(feature = "reqwest")]

mod support;

use std::time::Duration;

use httpmock::Mock;
use httpmock::prelude::*;
use oauth_core::{Client, Error, ErrorKind, Limits, RawRequest, Scopes, Token};
use oauth_testing::site;
use support::{Plain, app};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn client_at(base: &str, limits: Limits) -> Client<Plain> {
    Client::builder(site(base), app()).limits(limits).user_agent("test/1").build().unwrap()
}

async fn request_token(base: &str, limits: Limits) -> Result<Token<Plain>, Error> {
    client_at(base, limits).client_credentials(Scopes::none()).await
}

fn limits(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

/// Responds at this path with status 200.
async fn respond<'a>(server: &'a MockServer, path: &str, body: impl AsRef<[u8]>) -> Mock<'a> {
    server
        .mock_async(|when, then| {
            when.path(path);
            then.status(200).body(body);
        })
        .await
}

#[tokio::test]
async fn calls_localhost_subdomain_over_http() {
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
    // `space.localhost` is resolved to this machine without DNS.
    let client = client_at(&format!("http://space.localhost:{}", server.port()), Limits::default());
    let issued = client.client_credentials(Scopes::none()).await.unwrap();
    let url = format!("http://space.localhost:{}/api", server.port());
    let raw = RawRequest::new(oauth_core::http::Request::get(url).body(Vec::new()).unwrap());
    client.send(&issued, &raw).await.unwrap();
    token.assert_async().await;
    api.assert_async().await;
}

#[tokio::test]
async fn never_follows_redirects() {
    let server = MockServer::start_async().await;
    let target = respond(&server, "/elsewhere", r#"{"access_token":"canary-stolen"}"#).await;
    for status in [301, 302, 303, 307, 308] {
        let mock = server
            .mock_async(|when, then| {
                when.path("/token");
                then.status(status).header("location", server.url("/elsewhere?secret=canary-x"));
            })
            .await;
        let error = request_token(&server.base_url(), Limits::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirected);
        assert_eq!(error.message(), Some(format!("to 127.0.0.1:{}", server.port()).as_str()));
        mock.delete_async().await;
    }
    assert_eq!(target.calls_async().await, 0);
}

#[tokio::test]
async fn rejects_body_above_limit() {
    let server = MockServer::start_async().await;
    respond(&server, "/token", " ".repeat(100_000)).await;
    let error =
        request_token(&server.base_url(), limits(|limits| limits.token_body = 10_000)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(!error.is_transient());
    assert!(error.to_string().contains("10000 bytes"), "{error}");
}

/// Server that responds to every connection with these bytes and closes it; with `None` it reads and never
/// responds.
async fn raw_server(response: Option<&'static [u8]>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
            match response {
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
async fn distinguishes_unsent_from_unanswered_calls() {
    // No server: the listener is closed again.
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = request_token(&format!("http://{closed}"), Limits::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotSent, "{error}");
    assert!(error.to_string().contains("refused"), "{error}");

    for response in [
        &b""[..],
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"access_token\":\"canary-a\"}",
    ] {
        let base = raw_server(Some(response)).await;
        let error = request_token(&base, Limits::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unanswered, "{error}");
        assert!(!format!("{error:?}").contains("canary"));
    }

    let base = raw_server(None).await;
    let quick = limits(|limits| limits.token_deadline = Duration::from_millis(50));
    let error = request_token(&base, quick).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unanswered, "{error}");
    assert!(error.to_string().contains("deadline"), "{error}");
}

/// After a stop (a frozen container, a paused virtual machine) the deadline has passed, but the response has
/// arrived. It may contain the only valid refresh token.
#[tokio::test]
async fn reads_response_received_while_process_was_stopped() {
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
        // More than one read.
        let body = format!("{{\"access_token\":\"canary-a\"}}{}", " ".repeat(100_000));
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
    });
    let call =
        tokio::spawn(
            async move { request_token(&base, limits(|limits| limits.token_deadline = deadline)).await },
        );
    while is_asked.try_recv().is_err() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    stopped.send(()).unwrap();
    // Blocks the only thread of the runtime.
    std::thread::sleep(deadline * 2);
    call.await.unwrap().unwrap();
    server.join().unwrap();
}

/// The TLS handshake has an earlier time limit than the call, so no request was sent.
#[tokio::test]
async fn unfinished_handshake_is_not_sent() {
    let base = raw_server(None).await.replace("http://", "https://");
    let quick = limits(|limits| limits.token_deadline = Duration::from_millis(200));
    let error = request_token(&base, quick).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotSent | ErrorKind::Setup), "{error}");
}

/// A failed TLS handshake means that the request was not sent.
#[tokio::test]
async fn tls_to_plain_server_is_not_sent() {
    let base = raw_server(Some(b"HTTP/1.1 400 Bad Request\r\n\r\n")).await.replace("http://", "https://");
    let error = request_token(&base, Limits::default()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotSent | ErrorKind::Setup), "{error}");
}

#[tokio::test]
async fn unreadable_root_certificate_is_setup_error() {
    let client = Client::<Plain>::builder(support::site("provider.example"), app())
        .root_certificate("not a certificate")
        .build()
        .unwrap();
    let error = client.client_credentials(Scopes::none()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setup);
    assert!(error.to_string().contains("PEM"), "{error}");
}

#[tokio::test]
async fn rejects_root_certificates_with_custom_transport() {
    let builder = Client::<Plain>::builder(support::site("provider.example"), app());
    let error = builder
        .transport(oauth_testing::RecordingTransport::default())
        .root_certificate("-----BEGIN CERTIFICATE-----")
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

/// A proxy could read plain http, which is for loopback only.
#[tokio::test]
async fn http_on_loopback_uses_no_proxy() {
    let server = MockServer::start_async().await;
    respond(&server, "/token", r#"{"access_token":"canary-a"}"#).await;
    let base = format!("http://space.localhost:{}", server.port());
    // No server: a request through this proxy would fail.
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let builder = reqwest::Client::builder().proxy(reqwest::Proxy::all(format!("http://{closed}")).unwrap());
    let client = Client::<Plain>::builder(site(&base), app()).with_reqwest_0_13(builder).build().unwrap();
    client.client_credentials(Scopes::none()).await.unwrap();
}

mod file {
    use oauth_core::{EndpointContext, FixedSite, Provider, RequestBuilder};

    fn api<P: Provider<Site = FixedSite>>(context: &EndpointContext<'_, P>) -> RequestBuilder {
        RequestBuilder::new(context.site().api_url())
    }

    oauth_core::endpoint! {
        [] super::Plain;
        /// `GET /file`.
        pub(super) struct File;
        GET api "/file" => bytes
    }
}

#[tokio::test]
async fn download_is_written_as_it_arrives() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.read(&mut [0; 4096]).await.unwrap();
        socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").await.unwrap();
        // The connection breaks before the rest.
    });
    let client = client_at(&base, Limits::default());
    let token = client.import_token("canary-a", Scopes::none()).unwrap();
    let mut target = Vec::new();
    let error = client.download(&token, &file::File, &mut target).await.unwrap_err();
    server.await.unwrap();
    assert_eq!((error.kind(), target.as_slice()), (ErrorKind::Unanswered, b"half".as_slice()));
}

#[tokio::test]
async fn download_has_a_limit() {
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.path("/api/file");
            then.status(200).body("0123456789");
        })
        .await;
    for (cap, fits) in [(10, true), (9, false)] {
        let client = client_at(&server.base_url(), limits(|limits| limits.api_body = cap));
        let token = client.import_token("canary-a", Scopes::none()).unwrap();
        let result = client.download(&token, &file::File, &mut Vec::new()).await;
        assert_eq!(result.is_ok(), fits, "{result:?}");
    }
}
