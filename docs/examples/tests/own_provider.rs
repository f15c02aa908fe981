//! The app with a server that has GitLab's differences from RFC 6749.
#![allow(clippy::unwrap_used)] // a test may panic

#[path = "../own_provider/main.rs"]
#[allow(dead_code)] // its `main`
mod own_provider;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use oauth_sandbox::Plain;
use oauth_store::EncryptionKey;
use own_provider::{Failure, sandbox, serve};
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The app's surroundings, which survive its restarts.
struct App {
    address: SocketAddr,
    sandbox: Plain,
    folder: TempDir,
    key: EncryptionKey,
}

impl App {
    async fn new() -> Self {
        // The port is free again at the end of this line.
        let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let sandbox = sandbox::start(&format!("http://{address}/callback/gitlab")).await.unwrap();
        let (folder, key) = (tempfile::tempdir().unwrap(), EncryptionKey::generate().unwrap());
        Self { address, sandbox, folder, key }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("tokens.db")
    }

    async fn start(&self) -> JoinHandle<Result<(), Failure>> {
        let client = sandbox::client(&self.sandbox, &self.url("/callback/gitlab")).unwrap();
        let listener = TcpListener::bind(self.address).await.unwrap();
        let (database, key) = (self.database(), self.key.clone());
        tokio::spawn(async move { serve(listener, client, &database, key).await })
    }
}

async fn stop(running: JoinHandle<Result<(), Failure>>) {
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
}

/// Keeps cookies and does not follow redirects. Its requests come from a page of the site.
fn browser() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut headers = HeaderMap::new();
    headers.insert("sec-fetch-site", "same-origin".parse().unwrap());
    let client = Client::builder().default_headers(headers).cookie_store(true).no_proxy();
    client.redirect(Policy::none()).build().unwrap()
}

fn location(response: &Response) -> &str {
    response.headers()[LOCATION].to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn account_is_connected_until_it_is_disconnected() {
    let app = App::new().await;
    let (sandbox, browser) = (&app.sandbox, browser());
    let get = |path: &str| browser.get(app.url(path)).send();
    let token_calls = || sandbox.journal().token_calls();
    let running = app.start().await;

    // The customer opens the account page, and is redirected to the connect page and to GitLab.
    let asked = get("/account").await.unwrap();
    let begun = get(location(&asked)).await.unwrap();
    let callback = sandbox.approve(location(&begun)).await.unwrap();
    let connected = browser.get(callback).send().await.unwrap();
    assert_eq!(location(&connected), "/account");
    let text = || async { get("/account").await.unwrap().text().await.unwrap() };
    assert_eq!(text().await, "connected as Resource Owner, owner@plain.example\n");
    assert_eq!(token_calls(), 1);

    // The token expires.
    sandbox.advance(Duration::from_secs(3 * 3600));
    assert!(text().await.starts_with("connected as"));
    assert_eq!(token_calls(), 2, "one for the code, one for the refresh");

    stop(running).await;
    let running = app.start().await;
    assert!(text().await.starts_with("connected as"));
    assert_eq!(token_calls(), 2);

    let page = get("/connections").await.unwrap().text().await.unwrap();
    assert!(page.contains("action=\"/disconnect/gitlab"), "{page}");
    let disconnected = browser.post(app.url("/disconnect/gitlab")).send().await.unwrap();
    assert_eq!(disconnected.status(), StatusCode::OK);
    let journal = sandbox.journal();
    let revocation = journal.entries().iter().find(|request| request.path == "/oauth/revoke").unwrap();
    assert_eq!(revocation.status, Some(200));
    let asked = get("/account").await.unwrap();
    assert_eq!(location(&asked), "/connect/gitlab?account=acme&return_to=%2Faccount");
    assert!(get("/").await.unwrap().text().await.unwrap().contains("Connect GitLab"));
    stop(running).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn denied_account_is_not_connected() {
    let app = App::new().await;
    let browser = browser();
    let running = app.start().await;
    let begun = browser.get(app.url("/connect/gitlab")).send().await.unwrap();
    let callback = app.sandbox.deny(location(&begun)).await.unwrap();
    let ended = browser.get(callback).send().await.unwrap();
    let page = browser.get(app.url(location(&ended))).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("You denied access at GitLab"));
    assert_eq!(app.sandbox.journal().token_calls(), 0);
    assert!(browser.get(app.url("/account")).send().await.unwrap().status().is_redirection());
    stop(running).await;
}
