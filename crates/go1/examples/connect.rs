//! Connects one Go1 portal in a terminal: prints the authorize URL, takes the address that the browser comes back to, and
//! asks who the token belongs to.
//!
//! `GO1_CLIENT_ID=… GO1_CLIENT_SECRET=… GO1_REDIRECT_URI=… cargo run -p go1 --example connect`, and
//! `GO1_BASE_URL=http://127.0.0.1:…` for a sandbox instead of Go1.
#![allow(clippy::print_stdout)] // it talks to a person

use std::env;
use std::error::Error;
use std::io::{self, BufRead};

use go1::{App, Client, Connect, RedirectUri, Site, api, scope};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let setting = |name: &'static str| env::var(name).map_err(|_| format!("set {name}"));
    let site = match env::var("GO1_BASE_URL") {
        Ok(base) => Site::at(base)?,
        Err(_) => Site::production(),
    };
    let redirect_uri = RedirectUri::new(setting("GO1_REDIRECT_URI")?)?;
    let app = App::new(setting("GO1_CLIENT_ID")?, setting("GO1_CLIENT_SECRET")?, redirect_uri);
    let go1 = Client::new(site, app)?;

    let started = go1.begin(&Connect::new([scope::USER_READ, scope::PORTAL_READ, scope::LO_READ]))?;
    println!("Open this in a browser, then paste the address that it comes back to:\n{}", started.url);
    let mut callback = String::new();
    io::stdin().lock().read_line(&mut callback)?;

    let token = go1.finish(&started.pending, &callback).await?;
    println!("connected until {:?}, with the scopes {}", token.expires_at(), token.scopes());
    println!("who: {:?}", go1.send(&token, &api::Me).await?);
    let page = go1.send(&token, &api::LearningObjects::new().limit(3)).await?;
    println!("{} learning objects, among them {:?}", page.total, page.hits);
    Ok(())
}
