//! The connect flow with hyper and the sandbox's Go1.
#![allow(clippy::unwrap_used)] // a test may panic

#[path = "../hyper_connect.rs"]
#[allow(dead_code)] // its `main`
mod hyper_connect;

use std::sync::Arc;

use hyper_connect::{app, serve};
use reqwest::{Client, Response, redirect};
use tokio::net::TcpListener;

#[tokio::test]
async fn customer_connects_in_their_browser_only() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let callback = format!("{origin}/callback/go1");
    let sandbox = oauth_sandbox::Go1::builder().redirect_uri(callback).start().await.unwrap();
    tokio::spawn(serve(listener, Arc::new(app(&sandbox, &origin).unwrap())));

    let (browser, other) = (browser(), browser());
    let get = async |browser: &Client, url: &str, site: &str| {
        browser.get(url).header("sec-fetch-site", site).send().await.unwrap()
    };
    let foreign = get(&browser, &format!("{origin}/connect"), "cross-site").await;
    assert_eq!((location(&foreign), foreign.headers().contains_key("set-cookie")), ("/", false));

    let begun = get(&browser, &format!("{origin}/connect"), "same-origin").await;
    let callback = sandbox.approve(location(&begun)).await.unwrap();
    assert_eq!(location(&get(&other, callback.as_str(), "cross-site").await), "/");
    assert_eq!(sandbox.journal().token_calls(), 0, "another browser");
    for _ in 0..2 {
        assert_eq!(location(&get(&browser, callback.as_str(), "cross-site").await), "/");
    }
    assert_eq!(sandbox.journal().token_calls(), 1, "once");
    let home = get(&browser, &origin, "same-origin").await.text().await.unwrap();
    assert!(home.contains("Connected as user "), "{home}");
}

/// Keeps cookies and does not follow redirects.
fn browser() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().cookie_store(true).no_proxy().redirect(redirect::Policy::none()).build().unwrap()
}

fn location(response: &Response) -> &str {
    response.headers()["location"].to_str().unwrap()
}
