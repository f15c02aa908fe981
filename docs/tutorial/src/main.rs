//! The tutorial's application in production. All settings come from the environment.
#![allow(clippy::print_stdout)] // prints its address

use std::env;
use std::error::Error;
use std::time::Duration;

use go1::{Site, connections::Sweep};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tutorial::Settings;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (router, connections) = tutorial::app(settings()?).await?;
    let listener = TcpListener::bind(variable("LISTEN")?).await?;
    println!("listening on {}", listener.local_addr()?);

    // Background refresh: callers do not wait, and refresh tokens of idle customers do not lapse.
    let background = connections.clone();
    tokio::spawn(
        async move { background.run_periodically(Sweep::all(), Duration::from_secs(15 * 60)).await },
    );

    let terminate = signal(SignalKind::terminate())?;
    axum::serve(listener, router).with_graceful_shutdown(stopped(terminate)).await?;
    connections.drain().await; // finishes refreshes and saves in flight
    Ok(())
}

/// Waits for Ctrl-C, or for SIGTERM from systemd, Docker or Kubernetes.
async fn stopped(mut terminate: Signal) {
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

fn settings() -> Result<Settings, Box<dyn Error>> {
    Ok(Settings {
        public_url: variable("PUBLIC_URL")?,
        site: match env::var("GO1_SANDBOX") {
            Ok(url) => Site::at(url)?,
            Err(_) => Site::production(),
        },
        client_id: variable("GO1_CLIENT_ID")?,
        client_secret: variable("GO1_CLIENT_SECRET")?.into(),
        cookie_key: oauth_web::CookieKey::from_base64(&variable("COOKIE_KEY")?)?,
        token_key: oauth_store::EncryptionKey::from_base64(&variable("TOKEN_KEY")?)?,
        database: variable("DATABASE")?.into(),
    })
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("set {name}"))
}
