//! Connects an account of the sandbox's Cobot and calls the API as the user and as a space. Needs no account
//! and no user:
//!
//! ```sh
//! cargo run -p cobot --example connect-cobot
//! ```
//!
//! With Cobot itself, from a terminal:
//!
//! ```sh
//! COBOT_CLIENT_ID=… COBOT_CLIENT_SECRET=… COBOT_REDIRECT_URI=https://your-app.com/auth/callback \
//!     cargo run -p cobot --example connect-cobot
//! ```
#![allow(clippy::print_stdout)] // an example shows its results

use std::env;
use std::io::stdin;

use cobot::{App, Client, Connect, RedirectUri, Site, api, scope};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Ok(client_id) = env::var("COBOT_CLIENT_ID") else { return run_in_sandbox().await };
    let secret = env::var("COBOT_CLIENT_SECRET").map_err(|_| "set COBOT_CLIENT_SECRET")?;
    let redirect_uri = env::var("COBOT_REDIRECT_URI").map_err(|_| "set COBOT_REDIRECT_URI")?;
    let cobot =
        Client::new(Site::production(), App::new(client_id, secret, RedirectUri::new(redirect_uri)?))?;

    let started = cobot.begin(&Connect::new([scope::READ_USER]))?;
    println!("Open this, log in and approve:\n\n  {}\n", started.url);
    println!("Then paste the address that the browser was redirected to:\n");
    let mut callback = String::new();
    stdin().read_line(&mut callback)?;

    let token = cobot.finish(&started.pending, &callback).await?;
    show(&cobot, &token).await
}

async fn run_in_sandbox() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = oauth_sandbox::Cobot::start().await?;
    let app = App::new(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uris()[0].as_str());
    let cobot = Client::new(Site::at(sandbox.url())?, app)?;

    // First request to your web app: begin, keep `pending` in the session, redirect the browser. `on_space`
    // uses the space's host, as for an app in an iframe there; omit it for www.
    let connect = Connect::new([scope::READ_USER, scope::READ_MEMBERSHIPS]).on_space("betahaus".parse()?);
    let started = cobot.begin(&connect)?;
    println!("authorize at {}{}", started.url.authority(), started.url.path());

    // The sandbox simulates the user: logs in, consents, and follows the redirect.
    let callback = sandbox.approve(&started.url).await?;

    // Second request to your web app: finish.
    let token = cobot.finish(&started.pending, callback.as_str()).await?;
    show(&cobot, &token).await?;

    // For long-term access: a token of the space, which outlives the user's rights as an admin.
    let space = cobot.send(&token, &api::Space::named("betahaus".parse()?)).await?;
    let space_token = cobot.send(&token, &api::SpaceToken::of(space.id)).await?;
    println!("a token for {}: {:?}", space.name.unwrap_or_default(), space_token.origin());
    Ok(())
}

async fn show(cobot: &Client, token: &cobot::Token) -> Result<(), Box<dyn std::error::Error>> {
    let user = cobot.send(token, &api::User).await?;
    println!("connected: {} ({})", user.id, user.email.as_deref().unwrap_or("no e-mail address"));
    for space in &user.admin_of {
        println!("  admin of {}", space.space_subdomain);
    }
    let granted = cobot.send(token, &api::TokenInfo::own()).await?.scopes;
    println!("the token's scopes: {granted}");
    Ok(())
}
