//! Go1 clients and connections for benchmarks.

use go1::{App, Client, Connect, Go1, Site, Token, scope};
use oauth_core::Transport;
use oauth_core::connections::{Connection, Connections};
use oauth_core::store::MemoryStore;

use crate::fixed_response::FixedResponse;

/// Redirect URI of the application.
pub const REDIRECT_URI: &str = "https://app.example.com/callback";

/// A Go1 site at `origin`.
pub fn site(origin: &str) -> Site {
    Site::at(origin).expect("an origin on loopback")
}

/// The application.
pub fn app() -> App {
    App::new("client-id", "client-secret", REDIRECT_URI)
}

/// A pending attempt and its callback URL, for a code exchange.
pub fn attempt(client: &Client) -> (oauth_core::PendingAuthorization, String) {
    let started = client.begin(&Connect::new([scope::USER_READ, scope::LO_READ])).expect("an authorize URL");
    let state = started.url.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned();
    (started.pending, format!("{REDIRECT_URI}?code=0123456789abcdef0123456789abcdef&state={state}"))
}

/// A client with this transport.
pub fn client(transport: impl Transport) -> Client {
    Client::builder(site("http://127.0.0.1:1"), app()).transport(transport).build().expect("a client")
}

/// The token of a code exchange.
pub async fn token(client: &Client) -> Token {
    let (pending, callback) = attempt(client);
    client.finish(&pending, &callback).await.expect("a token")
}

/// A connection whose token is valid for 12 hours, with a provider in memory.
pub async fn connection() -> Connection<Go1> {
    let client = client(FixedResponse);
    let token = token(&client).await;
    let connections = Connections::new(client, MemoryStore::new());
    connections.insert("acme", token).await.expect("a connection")
}
