//! Connects a Cohort Go account.
//!
//! ```sh
//! cargo run -p cohortgo --example connect-cohortgo
//! ```
//!
//! uses a sandbox on this machine, in which a simulated user approves. With a registration of your own it
//! uses the real portal, and you approve:
//!
//! ```sh
//! export COHORTGO_CLIENT_ID=… COHORTGO_CLIENT_SECRET=… COHORTGO_REDIRECT_URI=…
//! cargo run -p cohortgo --example connect-cohortgo
//! ```
#![allow(clippy::print_stdout)]

use std::env;
use std::error::Error;
use std::io::stdin;

use cohortgo::api::ProviderInvoices;
use cohortgo::{ActAs, ActingAs, App, Client, Connect, Site};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(client_id) = env::var("COHORTGO_CLIENT_ID") {
        let set = |name: &str| env::var(name).map_err(|_| format!("set {name}"));
        let app = App::new(client_id, set("COHORTGO_CLIENT_SECRET")?, set("COHORTGO_REDIRECT_URI")?);
        let cohortgo = Client::new(Site::production(), app)?;

        let started = cohortgo.begin(&Connect::new())?;
        println!("Open this in a browser, log in and approve:\n\n  {}\n", started.url);
        println!("Then paste the whole address that the browser was sent back to:");
        let mut callback = String::new();
        stdin().read_line(&mut callback)?;

        let token = cohortgo.finish(&started.pending, &callback).await?;
        println!("Connected. This customer's API is at {}.", token.extra().api_base_url);
        return Ok(());
    }

    let sandbox = oauth_sandbox::CohortGo::start().await?;
    let redirect_uri = sandbox.redirect_uris().first().ok_or("no redirect URI")?.clone();
    let app = App::new(sandbox.client_id(), sandbox.client_secret(), redirect_uri);
    let cohortgo = Client::new(Site::at(sandbox.url())?, app)?;

    let started = cohortgo.begin(&Connect::acting_as_users().creating_users())?;
    println!("The user is sent to {}", started.url);
    let callback = sandbox.approve(&started.url).await?;
    println!("and returns to your redirect URI.");

    let acme = cohortgo.authorized(cohortgo.finish(&started.pending, callback.as_str()).await?);
    println!("Connected. This customer's API is at {}.", acme.token().extra().api_base_url);
    println!("Granted scopes: {}.", acme.token().scopes());

    let bob = ActAs::new("Bob Smith", "bob.smith@example.org")?;
    let invoices = acme.send(&ProviderInvoices::new().acting_as(&bob)).await?;
    println!("{} invoices on the first page, listed on behalf of {bob}.", invoices.items.len());
    Ok(())
}
