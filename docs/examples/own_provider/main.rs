//! An app whose customers connect their GitLab accounts. No crate of this workspace is for GitLab:
//! `gitlab.rs` declares the provider. The connections are stored in SQLite and survive a restart.
//!
//! ```sh
//! cargo run -p examples --example own-provider
//! ```
//!
//! uses a sandbox in place of GitLab. For GitLab itself, register an application in your settings there, with
//! the scope `read_user` and the redirect URI `http://127.0.0.1:3000/callback/gitlab`:
//!
//! ```sh
//! export GITLAB_CLIENT_ID=… GITLAB_CLIENT_SECRET=… TOKEN_KEY=…
//! cargo run -p examples --example own-provider
//! ```
//!
//! `TOKEN_KEY` encrypts the tokens in `tokens.db`. Create it once with `openssl rand -base64 32`.

#![allow(clippy::print_stdout, clippy::print_stderr)] // an example shows its results

mod gitlab;
mod pages;
pub(crate) mod sandbox;

use std::env;
use std::error::Error;
use std::future::IntoFuture as _;
use std::path::Path;
use std::time::Duration;

use oauth_core::connections::Sweep;
use oauth_core::{App, Client, Connections};
use oauth_store::{EncryptionKey, Keyring, Sqlite};
use tokio::net::TcpListener;

use gitlab::Gitlab;

pub(crate) type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    let redirect_uri = "http://127.0.0.1:3000/callback/gitlab";
    println!("open http://127.0.0.1:3000");
    let Ok(client_id) = env::var("GITLAB_CLIENT_ID") else {
        let sandbox = sandbox::start(redirect_uri).await?;
        let user = sandbox.users().remove(0);
        println!("and sign in at the sandbox as {}, {}", user.email, user.password);
        let folder = tempfile::tempdir()?; // deleted at the end
        let client = sandbox::client(&sandbox, redirect_uri)?;
        return serve(listener, client, &folder.path().join("tokens.db"), EncryptionKey::generate()?).await;
    };
    let set = |name: &str| env::var(name).map_err(|_| format!("set {name}"));
    let app = App::new(client_id, set("GITLAB_CLIENT_SECRET")?, redirect_uri);
    let client = Client::new(gitlab::site("https://gitlab.com")?, app)?;
    let key = EncryptionKey::from_base64(&set("TOKEN_KEY")?)?;
    serve(listener, client, Path::new("tokens.db"), key).await
}

/// Serves the pages until Ctrl-C, and refreshes tokens in the background.
pub(crate) async fn serve(
    listener: TcpListener,
    client: Client<Gitlab>,
    database: &Path,
    key: EncryptionKey,
) -> Result<(), Failure> {
    let store = Sqlite::open(database, Keyring::new(key)).await?;
    let gitlab = Connections::builder(client, store).on_event(|event| eprintln!("{event}")).build();
    let stopped = async { _ = tokio::signal::ctrl_c().await };
    let server = axum::serve(listener, pages::router(gitlab.clone())?).with_graceful_shutdown(stopped);
    tokio::select! {
        ended = server.into_future() => ended?,
        () = gitlab.run_periodically(Sweep::all(), Duration::from_secs(15 * 60)) => {}
    }
    gitlab.drain().await; // finishes refreshes and saves in flight
    Ok(())
}
