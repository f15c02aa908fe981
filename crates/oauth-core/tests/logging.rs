//! What is logged: who, what and why, and never a secret.
//!
//! Alone in its process: whether a line is logged at all is decided once, by the thread that comes to it first.
#![cfg(feature = "connections")]
#![allow(clippy::unwrap_used)] // a test may panic

#[allow(dead_code)] // what the other tests of connections need
#[path = "connections/support.rs"]
mod support;

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use oauth_core::connections::Sweep;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use support::{At_, Ping, Twist, World};

/// What was logged so far.
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

/// Everything, down to `TRACE`, that this thread logs from now on: one JSON object a line.
fn listen() -> (Lines, tracing::subscriber::DefaultGuard) {
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

/// Everything that can happen to a connection, one after the other.
async fn everything(world: &World) {
    let connections = world.machine();
    let acme = connections.insert("acme", world.token().await).await.unwrap();

    // Due, not sent at first, and then saved at the second attempt.
    world.fall_due();
    world.server.next_token_call(Twist::NotSent);
    world.store.fail(At_::Save, 1);
    acme.headers().await.unwrap();
    while world.record("acme").await.generation < 2 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    // Refused by the API, by the provider for a while, then swept.
    world.server.next_api_call(Twist::Answer(401, r#"{"message":"canary-access-2 is unknown"}"#));
    let slow_down = r#"{"error":"slow_down","error_description":"canary-refresh-2, canary-client-secret"}"#;
    world.server.next_token_call(Twist::Answer(429, slow_down));
    acme.send(&Ping::<true>).await.unwrap_err();
    tokio::time::advance(Duration::from_secs(60)).await;
    world.expire();
    connections.sweep(&Sweep::due().spread(Duration::ZERO)).await.unwrap();

    // The answer is lost, and the token spent.
    world.expire();
    world.server.next_token_call(Twist::ReplyLost);
    acme.headers().await.unwrap_err();
    tokio::time::advance(Duration::from_secs(60)).await;
    acme.headers().await.unwrap_err();

    // A person connects again, the client's secret is wrong.
    connections.insert("acme", world.token().await).await.unwrap();
    world.expire();
    world.server.next_token_call(Twist::Answer(401, r#"{"error":"invalid_client"}"#));
    acme.headers().await.unwrap_err();
    connections.remove("acme").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn everything_is_logged_with_its_fields_and_without_a_secret() {
    let world = World::new();
    let (lines, listening) = listen();
    everything(&world).await;
    drop(listening);
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
    // One line for each event that a listener is told.
    assert_eq!(text.matches(r#""event":""#).count(), world.events.take().len());
    insta::assert_snapshot!(text);
}
