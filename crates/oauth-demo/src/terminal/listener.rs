//! The loopback listener for authorization callbacks.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Html;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

/// The page that the customer's browser ends on.
const DONE_PAGE: &str = "<!doctype html>
<html lang=\"en\">
<head><meta charset=\"utf-8\"><title>Authorization finished</title></head>
<body><h1>That was all</h1><p>You can close this window.</p></body>
</html>
";

/// Listens on 127.0.0.1 for callbacks until dropped.
#[derive(Debug)]
pub(super) struct Listener {
    address: SocketAddr,
    arrived: Mutex<mpsc::Receiver<Callback>>,
    _server: JoinSet<io::Result<()>>,
}

/// A callback request.
#[derive(Debug)]
pub(super) struct Callback {
    /// The provider, from the path.
    pub(super) provider: String,
    /// Path and query of the request.
    pub(super) target: String,
}

impl Listener {
    pub(super) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (sender, arrived) = mpsc::channel(1);
        let router = Router::new().route("/callback/{provider}", get(callback)).with_state(sender);
        let mut server = JoinSet::new();
        server.spawn(axum::serve(listener, router).into_future());
        Ok(Self { address, arrived: Mutex::new(arrived), _server: server })
    }

    /// The redirect URI to register at the provider.
    pub(super) fn redirect_uri(&self, provider: &str) -> String {
        format!("http://{}/callback/{provider}", self.address)
    }

    /// Waits for the next callback. `None` when the listener has ended.
    pub(super) async fn next(&self) -> Option<Callback> {
        self.arrived.lock().await.recv().await
    }
}

async fn callback(
    State(sender): State<mpsc::Sender<Callback>>,
    Path(provider): Path<String>,
    uri: Uri,
) -> Html<&'static str> {
    let target = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    // The receiver is gone only when the demo ends.
    let _ = sender.send(Callback { provider, target }).await;
    Html(DONE_PAGE)
}
