//! Connects to the sandbox's GoCD and shows the state of its pipelines. Needs no server and no person:
//!
//! ```sh
//! cargo run -p gocd --example connect-gocd
//! ```
#![allow(clippy::print_stdout)] // showing something is the point

use gocd::api::Cctray;
use gocd::{App, Client, Connect, Site};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // With a real server: Site::at("https://go.example.com:8154")? and what Admin, OAuth Clients shows.
    let sandbox = oauth_sandbox::Gocd::start().await?;
    let site = Site::at(sandbox.url())?;
    let app = App::new(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uris()[0].parse()?);
    let gocd = Client::new(site, app)?;

    // One request of your web app: begin, remember `pending` in the session, redirect the browser.
    let started = gocd.begin(&Connect::new())?;

    // The sandbox plays the person: logs in, consents, and is sent back to the redirect URI.
    let callback = sandbox.approve(started.url.as_str()).await?;

    // The next request of your web app: finish.
    let token = gocd.finish(&started.pending, callback.as_str()).await?;

    for project in gocd.send(&token, &Cctray).await? {
        println!("{project}");
    }
    Ok(())
}
