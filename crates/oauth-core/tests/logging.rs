//! Log lines of connections: events with their fields, and no secrets.
//!
//! One test per process, because `tracing` caches for all threads if a line is logged.
#![cfg(feature = "connections")]
#![allow(clippy::unwrap_used)] // a test may panic

#[allow(dead_code)] // used by the tests of connections
#[path = "connections/support.rs"]
mod support;

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use oauth_core::connections::Sweep;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use support::{Fault, Ping, Setup, StorePoint};

/// Recorded log lines.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// Records all log lines of this thread down to `TRACE`, as one JSON object per line.
fn record_logs() -> (Lines, tracing::subscriber::DefaultGuard) {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(LevelFilter::TRACE)
        .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE)
        .with_span_list(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    (lines, tracing::subscriber::set_default(subscriber))
}

/// Causes every event of a connection.
async fn cause_all_events(setup: &Setup) {
    let connections = setup.machine();
    let acme = connections.insert("acme", setup.token().await).await.unwrap();

    // Due; the first call is not sent; the token is saved at the second attempt.
    setup.fall_due();
    setup.server.next_token_call(Fault::NotSent);
    setup.store.fail(StorePoint::Save, 1);
    acme.headers().await.unwrap();
    while setup.record("acme").await.generation < 2 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    // Refused by the API, rate limited by the token endpoint, then refreshed by a sweep.
    setup.server.next_api_call(Fault::Status(401, r#"{"message":"canary-access-2 is unknown"}"#));
    let slow_down = r#"{"error":"slow_down","error_description":"canary-refresh-2, canary-client-secret"}"#;
    setup.server.next_token_call(Fault::Status(429, slow_down));
    acme.send(&Ping::<true>).await.unwrap_err();
    tokio::time::advance(Duration::from_secs(60)).await;
    setup.expire();
    connections.sweep(&Sweep::due().spread(Duration::ZERO)).await.unwrap();

    // The response is lost, and the token is spent.
    setup.expire();
    setup.server.next_token_call(Fault::ResponseLost);
    acme.headers().await.unwrap_err();
    tokio::time::advance(Duration::from_secs(60)).await;
    acme.headers().await.unwrap_err();

    // The user connects again, then the client is refused.
    connections.insert("acme", setup.token().await).await.unwrap();
    setup.expire();
    setup.server.next_token_call(Fault::Status(401, r#"{"error":"invalid_client"}"#));
    acme.headers().await.unwrap_err();
    connections.remove("acme").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn logs_all_events_without_secrets() {
    let setup = Setup::new();
    let (lines, guard) = record_logs();
    cause_all_events(&setup).await;
    drop(guard);
    let text = lines.text();
    assert!(!text.contains("canary"), "{text}");
    for event in [
        "connected",
        "refreshed",
        "refresh_failed",
        "save_failed",
        "needs_reconnect",
        "client_refused",
        "removed",
    ] {
        assert!(text.contains(&format!(r#""event":"{event}""#)), "{event}: {text}");
    }
    // One line for each event of the listener.
    assert_eq!(text.matches(r#""event":""#).count(), setup.events.take().len());
    insta::assert_snapshot!(text);
}
