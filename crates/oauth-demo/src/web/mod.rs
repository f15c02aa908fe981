//! The demo as a web page.

mod app_state;
mod counters;
mod failure_scenario;
mod integration;
mod live_update;
mod log;
mod merged_log;
mod origin_guard;
mod page;
mod pending_work;
mod provider_integration;
mod routes;
mod security_headers;
#[cfg(test)]
mod tests;
mod wire_log;

use std::io::{self, Write as _};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::output::BOLD;
use app_state::AppState;

/// Timeout of the shutdown. Longer than the deadline of a call in flight.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// Serves the page until it is interrupted.
pub(super) async fn run(port: u16, interrupted: impl Future<Output = ()>) -> anyhow::Result<()> {
    let demo = WebDemo::start(port).await?;
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}/", demo.state.origin())
        .and_then(|()| stdout.flush())
        .context("could not write to stdout")?;
    drop(stdout);
    // An error on stderr is not fatal.
    let _ = writeln!(
        anstream::stderr(),
        "\n{BOLD}Open this address in a browser.{BOLD:#} Connect an account, advance the clock, simulate failures, and watch the requests.\n\
         It is reachable from this machine only, and nothing leaves it. Press Ctrl-C to stop."
    );
    interrupted.await;
    demo.shut_down().await;
    let _ = writeln!(anstream::stderr(), "\nThe demo has stopped.");
    Ok(())
}

/// The running server of the page.
struct WebDemo {
    state: Arc<AppState>,
    server: JoinHandle<io::Result<()>>,
}

impl WebDemo {
    /// Listens on this port of 127.0.0.1. 0 selects any free port.
    async fn start(port: u16) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(|error| listen_error(error, port))?;
        let origin = format!("http://{}", listener.local_addr().context("could not read the port")?);
        let (state, oauth) = AppState::start(origin).await?;
        let app = routes::router(Arc::clone(&state), &oauth);
        let shutdown = Arc::clone(&state);
        let server = tokio::spawn(
            axum::serve(listener, app)
                .with_graceful_shutdown(async move { shutdown.wait_for_shutdown().await })
                .into_future(),
        );
        Ok(Self { state, server })
    }

    /// Shuts down gracefully: completes open requests and refreshes in flight.
    async fn shut_down(self) {
        let Self { state, mut server } = self;
        let graceful = async {
            state.shut_down().await;
            // An error of the server no longer matters.
            let _ = (&mut server).await;
        };
        if tokio::time::timeout(SHUTDOWN_TIMEOUT, graceful).await.is_err() {
            server.abort();
        }
    }
}

fn listen_error(error: io::Error, port: u16) -> anyhow::Error {
    if error.kind() == io::ErrorKind::AddrInUse {
        return anyhow!(
            "port {port} is in use\n  Choose another port with --port, or any free port with --port 0."
        );
    }
    anyhow::Error::new(error).context(format!("could not listen on port {port} of 127.0.0.1"))
}
