//! Connects one account from a terminal: prints the authorize URL, reads the callback, asks who it is.
//!
//! ```text
//! COBOT_CLIENT_ID=… COBOT_CLIENT_SECRET=… COBOT_REDIRECT_URI=https://your-app.com/auth/callback \
//!     cargo run -p cobot --example connect
//! ```
//!
//! `COBOT_BASE` (such as `http://127.0.0.1:4002`) connects to a sandbox instead of www.cobot.me, `COBOT_SPACE` happens on a
//! space's host.

#![allow(clippy::print_stdout)]

use std::env;
use std::io::stdin;

use cobot::{App, Client, Connect, RedirectUri, Site, api, scope};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let setting = |name: &str| env::var(name).map_err(|_| format!("set {name}"));
    let app = App::new(
        setting("COBOT_CLIENT_ID")?.as_str(),
        setting("COBOT_CLIENT_SECRET")?.as_str(),
        RedirectUri::new(setting("COBOT_REDIRECT_URI")?)?,
    );
    let site = match env::var("COBOT_BASE") {
        Ok(base) => Site::at(&base)?,
        Err(_) => Site::production(),
    };
    let cobot = Client::new(site, app)?;

    let mut connect = Connect::new([scope::READ_USER]);
    if let Ok(space) = env::var("COBOT_SPACE") {
        connect = connect.on_space(space.parse()?);
    }
    let started = cobot.begin(&connect)?;
    println!("Open this, log in and approve:\n\n  {}\n", started.url);
    println!("Then paste the address that the browser was sent back to:\n");

    let mut callback = String::new();
    stdin().read_line(&mut callback)?;
    let token = cobot.finish(&started.pending, &callback).await?;

    let user = cobot.send(&token, &api::User).await?;
    println!("\nConnected {} ({}).", user.email.as_deref().unwrap_or("somebody"), user.id);
    for space in &user.admin_of {
        println!("Admin of {}.", space.space_subdomain);
    }
    let granted = cobot.send(&token, &api::TokenInfo::own()).await?.scopes;
    println!("The token may: {granted}.");
    Ok(())
}
