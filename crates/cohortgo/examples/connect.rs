//! Connects a Cohort Go account in a terminal.
//!
//!     COHORTGO_CLIENT_ID=… COHORTGO_CLIENT_SECRET=… COHORTGO_REDIRECT_URI=… cargo run -p cohortgo --example connect
//!
//! `COHORTGO_PORTAL` names another portal, such as a sandbox on loopback.
#![allow(clippy::print_stdout)]

use std::env;
use std::error::Error;
use std::io::stdin;

use cohortgo::{App, Client, Connect, Site};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let set = |name: &str| env::var(name).map_err(|_| format!("set {name}"));
    let app = App::new(
        set("COHORTGO_CLIENT_ID")?,
        set("COHORTGO_CLIENT_SECRET")?,
        set("COHORTGO_REDIRECT_URI")?.parse()?,
    );
    let site = match env::var("COHORTGO_PORTAL") {
        Ok(portal) => Site::at(portal)?,
        Err(_) => Site::production(),
    };
    let cohortgo = Client::new(site, app)?;

    let started = cohortgo.begin(&Connect::acting_as_users())?;
    println!("Open this in a browser, log in and approve:\n\n  {}\n", started.url);
    println!("Then paste the whole address that the browser was sent back to:");
    let mut callback = String::new();
    stdin().read_line(&mut callback)?;

    let token = cohortgo.finish(&started.pending, &callback).await?;
    println!("Connected. This customer's API is at {}.", token.extra().api_base_url);
    println!("Granted scopes: {}.", token.scopes());
    Ok(())
}
