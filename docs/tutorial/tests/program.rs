//! The tutorial's two programs, run as the tutorial says.
#![allow(clippy::unwrap_used)] // a test may panic
#![cfg(unix)] // Ctrl-C is a signal

#[path = "../examples/dev.rs"]
#[allow(dead_code)] // its `main` uses a fixed port
mod dev;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use oauth_sandbox::Go1;
use reqwest::{Client, Response, StatusCode};
use rustix::process::{Pid, Signal, kill_process};

/// The production program, with its settings in the environment.
struct Program {
    child: Child,
    home: String,
}

impl Program {
    fn start(sandbox: &Go1, port: u16, folder: &Path) -> Self {
        let home = format!("http://127.0.0.1:{port}");
        let mut child = Command::new(env!("CARGO_BIN_EXE_tutorial"))
            .env("LISTEN", format!("127.0.0.1:{port}"))
            .env("PUBLIC_URL", &home)
            .env("GO1_SANDBOX", sandbox.url())
            .env("GO1_CLIENT_ID", sandbox.client_id())
            .env("GO1_CLIENT_SECRET", sandbox.client_secret())
            .env("COOKIE_KEY", "Y29va2llIGtleSBvZiB0aGlydHktdHdvIGJ5dGVzISE=")
            .env("TOKEN_KEY", "dG9rZW5zIGtleSBvZiB0aGlydHktdHdvIGJ5dGVzISE=")
            .env("DATABASE", folder.join("tokens.db"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
        assert_eq!(first, format!("listening on 127.0.0.1:{port}\n"));
        Self { child, home }
    }

    /// Sends the signal and checks that the program exits without an error.
    fn stop(mut self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

fn browser() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    // As from a link on a page of the site.
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("sec-fetch-site", "same-origin".parse().unwrap());
    let client = Client::builder()
        .default_headers(headers)
        .cookie_store(true)
        .redirect(reqwest::redirect::Policy::none());
    client.no_proxy().build().unwrap()
}

fn location(response: &Response) -> &str {
    response.headers()["location"].to_str().unwrap()
}

/// Returns an unused port: the redirect URI is registered before the program starts.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customer_stays_connected_through_restart() {
    let port = free_port();
    let sandbox =
        Go1::builder().redirect_uri(format!("http://127.0.0.1:{port}/callback/go1")).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(&sandbox, port, folder.path());

    let browser = browser();
    let get = async |target: String| browser.get(target).send().await.unwrap();
    let home = program.home.clone();
    assert!(get(home.clone()).await.text().await.unwrap().contains("/connect/go1?return_to=/courses"));
    let begun = get(format!("{home}/connect/go1?return_to=/courses")).await;
    // If the user denies access, the page reports it and nothing is stored.
    let ended = get(sandbox.deny(location(&begun)).await.unwrap().into()).await;
    let denied = get(format!("{home}{}", location(&ended))).await;
    assert_eq!(denied.status(), StatusCode::OK);
    let asked = get(format!("{home}/courses")).await;
    assert!(location(&asked).starts_with("/connect/go1?account=acme"), "{asked:?}");

    let begun = get(format!("{home}/connect/go1?return_to=/courses")).await;
    let connected = get(sandbox.approve(location(&begun)).await.unwrap().into()).await;
    assert_eq!(location(&connected), "/courses");
    program.stop(Signal::INT);

    // The next day, a new process continues with the database and its key.
    sandbox.advance(Duration::from_secs(13 * 3600));
    let program = Program::start(&sandbox, port, folder.path());
    let courses = get(format!("{home}/courses")).await;
    assert_eq!(courses.status(), StatusCode::OK);
    assert!(courses.text().await.unwrap().contains("courses, of which the first are:"));
    assert_eq!(sandbox.journal().token_calls(), 2, "the code, and one refresh");
    program.stop(Signal::TERM);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn development_server_redirects_to_sandbox() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let home = format!("http://{}", listener.local_addr().unwrap());
    let server = async { dev::serve(listener).await.unwrap() };
    let visit = async {
        let browser = browser();
        let begun = browser.get(format!("{home}/connect/go1?return_to=/courses")).send().await.unwrap();
        let login = browser.get(location(&begun)).send().await.unwrap();
        assert!(login.status().is_success() || login.status().is_redirection(), "{login:?}");
    };
    tokio::select! {
        () = server => panic!("it serves until it is stopped"),
        () = visit => {}
    }
}
