//! A child process uses the four providers, with success and failure, and prints and logs everything it can.
//! The test then searches its output and databases for secrets.
#![allow(clippy::unwrap_used)] // a test may panic

#[allow(dead_code)] // used by the tables of faults
#[path = "faults/provider_driver.rs"]
mod provider_driver;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use oauth_core::connections::Connections;
use oauth_core::http::StatusCode;
use oauth_core::http::header::LOCATION;
use oauth_core::store::{Key, TokenStore as _};
use oauth_core::{App, Client, ClockFn, Error, Limits, Provider, Token};
use oauth_sandbox::Fault;
use oauth_store::{Keyring, Sqlite};
use oauth_testing::{leaks, shown};
use provider_driver::ProviderDriver;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

/// Environment variable with the child process' folder.
const FOLDER_VARIABLE: &str = "OAUTH_CANARY_PLACE";

/// All secrets that the child process has seen.
#[derive(Clone, Default)]
struct Secrets(Arc<Mutex<BTreeSet<String>>>);

impl Secrets {
    fn note(&self, secret: &str) {
        self.0.lock().unwrap().insert(secret.to_owned());
    }

    fn note_token<P: Provider>(&self, token: &Token<P>) {
        self.note(token.access_token().expose());
        if let Some(refresh_token) = token.refresh_token() {
            self.note(refresh_token.expose());
        }
    }
}

/// Prints both `Debug` forms.
#[allow(clippy::print_stdout, clippy::print_stderr)] // The test searches this output.
fn show(value: &dyn Debug) {
    println!("{value:?}");
    eprintln!("{value:#?}");
}

/// Prints an error with its sources, and as a panic of a thread.
fn show_error(error: Error) {
    show(&shown(&error));
    show(&error.to_string());
    let panicked =
        std::thread::spawn(move || panic!("called `Result::unwrap()` on an `Err` value: {error:?}"));
    assert!(panicked.join().is_err());
}

/// Panics in a thread with a message that contains the values.
fn show_panic<P: Provider>(client: &Client<P>, token: &Token<P>, pending: &oauth_core::PendingAuthorization) {
    let (client, token, pending) = (client.clone(), token.clone(), pending.clone());
    let crashed = std::thread::spawn(move || {
        let values = (token.access_token().clone(), token.refresh_token().cloned(), client.app());
        assert!(pending.state().expose().is_empty(), "panic with {values:?} {token:?} {pending:?}");
    });
    assert!(crashed.join().is_err());
}

async fn use_provider<T: ProviderDriver>(secrets: &Secrets, folder: &Path) {
    let sandbox = T::start().await;
    let (site, connect, endpoint) = (T::site(&sandbox), T::connect_options(), T::endpoint());
    let expiry = T::EXPIRES_AFTER.unwrap_or(Duration::from_secs(3_600));
    secrets.note(sandbox.client_secret());
    let redirect_uri = sandbox.redirect_uris()[0].clone();
    let app = |secret: &str| App::new(sandbox.client_id(), secret, redirect_uri.as_str());
    let mut limits = Limits::default();
    (limits.token_deadline, limits.api_deadline) = (Duration::from_secs(2), Duration::from_secs(2));
    let build = |secret: &str| {
        let builder = Client::<T::Provider>::builder(site.clone(), app(secret)).limits(limits);
        show(&builder);
        builder.clock(ClockFn::new(sandbox.clock().into_fn())).build().unwrap()
    };
    let client = build(sandbox.client_secret());
    show(&(&client, client.app()));

    // A refused and an approved login; the callback arrives twice, and in invalid forms.
    let denied = client.begin(&connect).unwrap();
    secrets.note(denied.pending.state().expose());
    let callback = sandbox.deny(&denied.url).await.unwrap();
    show_error(client.finish(&denied.pending, callback.as_str()).await.unwrap_err());
    let started = client.begin(&connect).unwrap();
    secrets.note(started.pending.state().expose());
    let pending: serde_json::Value = serde_json::to_value(&started.pending).unwrap();
    pending["pkce_verifier"].as_str().into_iter().for_each(|verifier| secrets.note(verifier));
    show(&(&started, &started.pending));
    let callback = sandbox.approve(&started.url).await.unwrap();
    let code = callback.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    secrets.note(&code);
    let state = started.pending.state();
    for bad in [
        format!("{redirect_uri}?code={code}&state=x"),
        format!("{redirect_uri}?code={code}"),
        format!("{redirect_uri}?code={code}&code={code}&state={}", state.expose()),
        format!("{redirect_uri}?code={code}&error={code}&state={}", state.expose()),
        format!("{redirect_uri}?code={code}%0d%0a&state={}%00", state.expose()),
        format!("code={code}\n&state={}", state.expose()),
    ] {
        show_error(client.finish(&started.pending, &bad).await.unwrap_err());
    }
    let token = client.finish(&started.pending, callback.as_str()).await.unwrap();
    secrets.note_token(&token);
    show_error(client.finish(&started.pending, callback.as_str()).await.unwrap_err());
    show(&(&token, token.access_token(), token.refresh_token(), token.to_persisted().unwrap()));
    show(&(client.headers(&token).unwrap(), client.authorized(token.clone())));
    show_panic(&client, &token, &started.pending);

    // A wrong client secret, and another code.
    let wrong = build("canary-wrong-secret");
    let attempt = wrong.begin(&connect).unwrap();
    secrets.note(attempt.pending.state().expose());
    let callback = sandbox.approve(&attempt.url).await.unwrap();
    show_error(wrong.finish(&attempt.pending, callback.as_str()).await.unwrap_err());

    // A connection in a database: API calls, faults, refreshes, and its removal.
    let store = Sqlite::open(folder.join(format!("{}.db", T::Provider::NAME)), Keyring::new(key(secrets)))
        .await
        .unwrap();
    let connections = Connections::builder(client.clone(), store.clone())
        .jitter(Duration::ZERO)
        .refusal_window(Duration::ZERO)
        .build();
    connections.insert("acme", token.clone()).await.unwrap();
    let acme = connections.get("acme");
    show(&(&connections, &acme, &store));
    show(&acme.send(&endpoint).await.map(drop).map_err(show_error));
    for number in 0..5 {
        // The responses echo the secret of the request.
        let fault = |secret: &str| match number {
            0 => Fault::DropRequest,
            1 => Fault::Response {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                headers: Vec::new(),
                body: secret.into(),
            },
            2 => {
                let body = format!("{{\"error\":\"{secret}\",\"message\":\"{secret}\"}}");
                Fault::Response { status: StatusCode::IM_A_TEAPOT, headers: Vec::new(), body }
            }
            3 => {
                let to = format!("https://{secret}.evil.example/{secret}").parse().unwrap();
                Fault::Response {
                    status: StatusCode::FOUND,
                    headers: vec![(LOCATION, to)],
                    body: String::new(),
                }
            }
            _ => Fault::DropResponse,
        };
        sandbox.next_api_call(fault(token.access_token().expose()));
        if let Err(error) = client.send(&token, &endpoint).await {
            show_error(error);
        }
        sandbox.advance(expiry);
        let current = acme.token().await.ok();
        let current = current.as_ref().and_then(Token::refresh_token).map_or("none", |token| token.expose());
        sandbox.next_token_call(fault(current));
        sandbox.advance(expiry);
        match acme.headers().await {
            Ok(headers) => show(&headers),
            Err(error) => show_error(error),
        }
        show(&acme.status().await.map_err(show_error));
        if let Ok(Some(record)) = store.load(&Key::new(T::Provider::NAME, "acme")).await {
            show(&record);
            let kept: serde_json::Value = serde_json::from_slice(record.content.bytes()).unwrap();
            for name in ["access_token", "refresh_token"] {
                kept[name].as_str().into_iter().for_each(|secret| secrets.note(secret));
            }
        }
    }
    show(&connections.remove("acme").await);
    show_error(acme.headers().await.map(drop).unwrap_err());
    connections.drain().await;
    show(&sandbox.journal());
    store.close().await;
}

fn key(secrets: &Secrets) -> oauth_store::EncryptionKey {
    let key = oauth_store::EncryptionKey::generate().unwrap();
    secrets.note(&key.expose_base64());
    key
}

/// The child process of the test below.
#[tokio::test]
#[ignore = "started by the other test"]
async fn child_process() {
    let folder_name = std::env::var(FOLDER_VARIABLE).unwrap();
    let folder = Path::new(&folder_name);
    // Without the HTML parsers of the sandbox's browser, whose pages contain secrets.
    let all = Targets::new()
        .with_default(LevelFilter::TRACE)
        .with_targets(["html5ever", "selectors"].map(|reader| (reader, LevelFilter::OFF)));
    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr))
        .with(all)
        .init();
    let secrets = Secrets::default();
    use_provider::<provider_driver::CohortGo>(&secrets, folder).await;
    use_provider::<provider_driver::Cobot>(&secrets, folder).await;
    use_provider::<provider_driver::Go1>(&secrets, folder).await;
    use_provider::<provider_driver::Gocd>(&secrets, folder).await;
    let all: Vec<String> = secrets.0.lock().unwrap().iter().cloned().collect();
    fs::write(folder.join("secrets.json"), serde_json::to_vec(&all).unwrap()).unwrap();
}

#[test]
#[allow(clippy::print_stdout)] // Prints the counts.
fn output_and_databases_contain_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let out = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_process", "--ignored", "--nocapture", "--test-threads=1"])
        .env(FOLDER_VARIABLE, folder.path())
        .env("RUST_BACKTRACE", "full")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{stderr}");
    let secrets = fs::read(folder.path().join("secrets.json")).unwrap();
    let secrets: Vec<String> = serde_json::from_slice(&secrets).unwrap();
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).chain(["canary-"]).collect();
    // Enough secrets and output for a meaningful search.
    assert!(secrets.len() > 30, "{} secrets", secrets.len());
    assert!(stderr.contains("panicked at") && stderr.contains("TRACE"), "{stderr}");
    let mut outputs = vec![("stdout".to_owned(), out.stdout), ("stderr".to_owned(), out.stderr)];
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name != "secrets.json" {
            outputs.push((name, fs::read(path).unwrap()));
        }
    }
    assert!(outputs.len() >= 6, "{} outputs, not two streams and four databases", outputs.len());
    for (name, bytes) in &outputs {
        let found = leaks(bytes, &secrets);
        if found.is_empty() {
            continue;
        }
        let text = String::from_utf8_lossy(bytes);
        let lines: Vec<&str> =
            text.lines().filter(|line| !leaks(line, &secrets).is_empty()).take(3).collect();
        panic!("{name}: {found:?}\n{}", lines.join("\n"));
    }
    let size: usize = outputs.iter().map(|(_, bytes)| bytes.len()).sum();
    println!("searched for {} secrets in {} outputs, {size} bytes", secrets.len(), outputs.len());
}
