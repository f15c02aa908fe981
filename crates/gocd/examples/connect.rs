//! Connects to the sandbox's GoCD and shows the state of its pipelines. Needs no server and no user:
//!
//! ```sh
//! cargo run -p gocd --example connect-gocd
//! ```
#![allow(clippy::print_stdout)] // an example shows its results

use gocd::api::Cctray;
use gocd::{App, Client, Connect, Site};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // For a real server: `Site::at("https://go.example.com:8154")?`, with the client id and secret from
    // Admin, OAuth Clients.
    let sandbox = oauth_sandbox::Gocd::start().await?;
    let site = Site::at(sandbox.url())?;
    let app = App::new(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uris()[0].as_str());
    let gocd = Client::new(site, app)?;

    // First request to your web app: begin, keep `pending` in the session, redirect the browser.
    let started = gocd.begin(&Connect::new())?;

    // The sandbox simulates the user: logs in, consents, and follows the redirect.
    let callback = sandbox.approve(started.url.as_str()).await?;

    // Second request to your web app: finish.
    let token = gocd.finish(&started.pending, callback.as_str()).await?;

    for project in gocd.send(&token, &Cctray).await?.projects {
        println!("{project}");
    }
    Ok(())
}
