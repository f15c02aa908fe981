//! Connects a customer of the sandbox's Go1, calls the API, and refreshes 13 hours later. Needs no account
//! and no user:
//!
//! ```sh
//! cargo run -p go1 --example connect-go1
//! ```
#![allow(clippy::print_stdout)] // an example shows its results

use std::time::Duration;

use go1::{App, Client, Connect, Site, api, scope};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // For Go1 itself: `Site::production()`, with the client id and secret from Integrations, Developers in
    // your portal.
    let sandbox = oauth_sandbox::Go1::start().await?;
    let site = Site::at(sandbox.url())?;
    let app = App::new(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uris()[0].as_str());
    let go1 = Client::new(site, app)?;

    // First request to your web app: begin, keep `pending` in the session, redirect the browser.
    let wanted = [scope::USER_READ, scope::PORTAL_READ, scope::LO_READ];
    let started = go1.begin(&Connect::new(wanted).partner_portal(7654321))?;

    // The sandbox simulates the user: logs in, consents, and follows the redirect.
    let callback = sandbox.approve(started.url.as_str()).await?;

    // Second request to your web app: finish.
    let token = go1.finish(&started.pending, callback.as_str()).await?;
    println!("connected: {:?}", go1.send(&token, &api::Me).await?);
    println!("portal: {:?}", go1.send(&token, &api::Account).await?);

    // After 12 hours the access token has expired. The refresh token is single use: save the new pair before
    // using it.
    sandbox.advance(Duration::from_secs(13 * 3_600));
    if let Err(error) = go1.send(&token, &api::Validate).await {
        println!("{error}");
    }
    let token = go1.refresh(&token).await?;

    let page = go1.send(&token, &api::LearningObjects::new().limit(3)).await?;
    println!("{} learning objects:", page.total);
    for found in &page.hits {
        let title = found.core.as_ref().and_then(|core| core.title.as_deref());
        println!("  {} {}", found.id, title.unwrap_or_default());
    }
    Ok(())
}
