//! The same application with a sandbox instead of Go1. It needs no account:
//!
//! ```sh
//! cargo run -p tutorial --example dev
//! ```
#![allow(clippy::print_stdout)] // prints the address

use std::error::Error;

use tokio::net::TcpListener;
use tutorial::Settings;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    serve(TcpListener::bind("127.0.0.1:3000").await?).await
}

pub(crate) async fn serve(listener: TcpListener) -> Result<(), Box<dyn Error>> {
    let public_url = format!("http://{}", listener.local_addr()?);
    let sandbox =
        oauth_sandbox::Go1::builder().redirect_uri(format!("{public_url}/callback/go1")).start().await?;
    let folder = tempfile::tempdir()?; // deleted at the end
    let user = sandbox.users().remove(0);
    println!("Open {public_url} and sign in at the sandbox as {}, {}", user.email, user.password);

    let (router, _) = tutorial::app(Settings {
        public_url,
        site: go1::Site::at(sandbox.url())?,
        client_id: sandbox.client_id().to_owned(),
        client_secret: sandbox.client_secret().into(),
        cookie_key: oauth_web::CookieKey::generate()?,
        token_key: oauth_store::EncryptionKey::generate()?,
        database: folder.path().join("tokens.db"),
    })
    .await?;
    axum::serve(listener, router).await?;
    Ok(())
}
