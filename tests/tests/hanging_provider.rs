//! Ten thousand connections at a provider that takes calls and never answers, over real sockets.
#![cfg(target_os = "linux")] // counts open files by /proc
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test may panic and print what it measured

use std::time::{Duration, Instant};

use oauth_core::connections::Connections;
use oauth_core::store::MemoryStore;
use oauth_core::{App, Client, Limits, PasswordRequest, Scopes, SingleUseRefreshToken};
use oauth_testing::{CLIENT_SECRET, ManualClock, PASSWORD, TestProvider, site};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const CONNECTIONS: usize = 10_000;

/// Answers the first call with a token, and no other.
async fn serve(listener: TcpListener) {
    let (mut first, _) = listener.accept().await.unwrap();
    let mut request = [0; 4_096];
    let _ = first.read(&mut request).await.unwrap();
    let body = r#"{"access_token":"a","refresh_token":"r","token_type":"Bearer","expires_in":3600}"#;
    let length = body.len();
    let response = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    first.write_all(response.as_bytes()).await.unwrap();
    drop(first);
    let mut held = Vec::new();
    loop {
        held.push(listener.accept().await.unwrap());
    }
}

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn few_sockets_are_open_and_every_caller_is_answered() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener));
    let mut limits = Limits::default();
    limits.token_deadline = Duration::from_secs(1);
    let clock = ManualClock::default();
    let client = Client::<TestProvider<SingleUseRefreshToken>>::builder(
        site(&base),
        App::without_redirect("client", CLIENT_SECRET),
    )
    .limits(limits)
    .clock(clock.clone())
    .build()
    .unwrap();
    let token = client.password(PasswordRequest::new("bob", PASSWORD, Scopes::none())).await.unwrap();
    let connections = Connections::new(client, MemoryStore::with_clock(clock.clone()));
    for n in 0..CONNECTIONS {
        connections.insert(&n.to_string(), token.clone()).await.unwrap();
    }
    clock.advance_secs(3_600);
    let (before, started) = (open_files(), Instant::now());
    let callers: Vec<_> = (0..CONNECTIONS)
        .map(|n| {
            let one = connections.get(&n.to_string());
            tokio::spawn(async move { one.headers().await })
        })
        .collect();
    let mut peak = 0;
    while !callers.iter().all(tokio::task::JoinHandle::is_finished) {
        peak = peak.max(open_files() - before);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for caller in callers {
        let error = caller.await.unwrap().unwrap_err();
        assert!(error.is_transient(), "{error}");
    }
    let elapsed = started.elapsed();
    println!(
        "{CONNECTIONS} callers at a hanging provider: at most {peak} files open, all answered in {elapsed:.1?}"
    );
    // Both ends of each connection are in this process.
    assert!((1..=2 * 32 + 16).contains(&peak), "{peak} files");
    assert!(elapsed < Duration::from_secs(60), "{elapsed:?}");
}
