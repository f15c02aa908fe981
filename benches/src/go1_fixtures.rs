//! Go1 clients and connections for benchmarks.

use go1::{App, Client, Connect, Site, scope};
use oauth_core::Encoding;
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
    App::new("client-id", "client-secret", REDIRECT_URI.parse().expect("a URL"))
}

/// A client with the default transport.
pub fn client(origin: &str, encoding: Encoding) -> Client {
    Client::builder(site(origin), app()).encoding(encoding).build().expect("a client")
}

/// A pending attempt and its callback URL, for a code exchange.
pub fn attempt(client: &Client) -> (oauth_core::PendingAuthorization, String) {
    let started = client.begin(&Connect::new([scope::USER_READ, scope::LO_READ])).expect("an authorize URL");
    let state = started.url.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned();
    (started.pending, format!("{REDIRECT_URI}?code=0123456789abcdef0123456789abcdef&state={state}"))
}

/// A connection whose token is valid for 12 hours, with a provider in memory.
pub async fn connection() -> Connection<go1::Go1> {
    let client = Client::builder(site("http://127.0.0.1:1"), app())
        .transport(FixedResponse)
        .build()
        .expect("a client");
    let (pending, callback) = attempt(&client);
    let token = client.finish(&pending, callback.as_str()).await.expect("a token");
    let connections = Connections::new(client, MemoryStore::new());
    connections.insert("acme", token).await.expect("a connection")
}
