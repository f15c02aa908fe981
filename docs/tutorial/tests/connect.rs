//! The test in the tutorial.
#![allow(clippy::unwrap_used)] // a test may panic

use std::error::Error;
use std::time::Duration;

use reqwest::{Client, Response};
use tokio::net::TcpListener;
use tutorial::Settings;

#[tokio::test(flavor = "multi_thread")]
async fn customer_connects_once() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let home = format!("http://{}", listener.local_addr()?);
    let sandbox = oauth_sandbox::Go1::builder().redirect_uri(format!("{home}/callback/go1")).start().await?;
    let folder = tempfile::tempdir()?;
    let (router, _) = tutorial::app(Settings {
        public_url: home.clone(),
        site: go1::Site::at(sandbox.url())?,
        client_id: sandbox.client_id().to_owned(),
        client_secret: sandbox.client_secret().into(),
        cookie_key: oauth_web::CookieKey::generate()?,
        token_key: oauth_store::EncryptionKey::generate()?,
        database: folder.path().join("tokens.db"),
    })
    .await?;
    tokio::spawn(async move { axum::serve(listener, router).await });

    // The customer opens the courses and is redirected to the connect route, then to Go1.
    let browser = browser()?;
    let asked = browser.get(format!("{home}/courses")).send().await?;
    let begun = browser.get(format!("{home}{}", location(&asked))).send().await?;

    // They sign in at Go1, approve, and return to the courses.
    let callback = sandbox.approve(location(&begun)).await?;
    let connected = browser.get(callback).send().await?;
    assert_eq!(location(&connected), "/courses");
    let courses = browser.get(format!("{home}/courses")).send().await?;
    assert!(courses.text().await?.contains("courses, of which the first are:"));

    // The next morning the token has expired. It is refreshed without the customer noticing.
    sandbox.advance(Duration::from_secs(13 * 3600));
    assert_eq!(browser.get(format!("{home}/courses")).send().await?.status(), 200);
    assert_eq!(sandbox.journal().token_calls(), 2, "one for the code, one for the refresh");
    Ok(())
}

/// Keeps cookies and does not follow redirects. Its requests come from a page of the site.
fn browser() -> reqwest::Result<Client> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("sec-fetch-site", "same-origin".parse().unwrap());
    let client = Client::builder().default_headers(headers).cookie_store(true).no_proxy();
    client.redirect(reqwest::redirect::Policy::none()).build()
}

fn location(response: &Response) -> &str {
    response.headers()["location"].to_str().unwrap()
}
