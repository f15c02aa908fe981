//! Connects to a sandbox in place of Acme Orders, and calls the API. Needs no account and no user:
//!
//! ```sh
//! cargo run -p acme --example connect-acme
//! ```
#![allow(clippy::print_stdout)] // an example prints

use acme::{App, Client, Scopes, Site, api, scope};
use oauth_sandbox::plain::{ClientAuth, RefreshTokens};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // With Acme Orders itself: site::production(), and the values shown when an app is registered.
    let sandbox = oauth_sandbox::Plain::builder()
        .scopes(["orders:read", "orders:write"])
        .scope_separator(',')
        .client_auth(ClientAuth::Basic)
        .refresh_tokens(RefreshTokens::SingleUse)
        .me_at("/users/self")
        .start()
        .await?;
    let site = Site::new(sandbox.authorize_url(), sandbox.token_url(), sandbox.api_url())?;
    let app = App::new(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uris()[0].as_str());
    let client = Client::new(site, app)?;

    // One request of your web app: begin, store `pending` in the session, redirect the browser.
    let started = client.begin(&Scopes::from([scope::ORDERS_READ]))?;

    // The sandbox acts as the user: logs in, consents, and redirects to the redirect URI.
    let callback = sandbox.approve(started.url.as_str()).await?;

    // The next request of your web app: finish.
    let token = client.finish(&started.pending, callback.as_str()).await?;
    println!("connected: {}", client.send(&token, &api::Me).await?);

    let token = client.refresh(&token).await?;
    println!("still connected: {}", client.send(&token, &api::Me).await?);
    Ok(())
}
