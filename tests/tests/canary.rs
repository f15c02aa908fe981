//! One process drives everything that a program does with the four providers, success and failure, and says all that it
//! can say; another one looks for its secrets in what was said and stored.
#![allow(clippy::unwrap_used)] // a test may panic

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::connections::Connections;
use oauth_core::http::StatusCode;
use oauth_core::http::header::LOCATION;
use oauth_core::store::{Key, TokenStore as _};
use oauth_core::{App, Client, Clock, CodeGrant, Endpoint, Error, Limits, Token};
use oauth_sandbox::{Fault, SandboxClock, SandboxProvider, ServerHandle};
use oauth_store::{Keyring, Sqlite};
use oauth_testing::{leaks, shown};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

/// Set for the process that drives.
const PLACE: &str = "OAUTH_CANARY_PLACE";

/// All secrets there were, for the process that looks.
#[derive(Clone, Default)]
struct Secrets(Arc<Mutex<BTreeSet<String>>>);

impl Secrets {
    fn note(&self, secret: &str) {
        self.0.lock().unwrap().insert(secret.to_owned());
    }

    fn token<P: oauth_core::Provider>(&self, token: &Token<P>) {
        self.note(token.access_token().expose());
        if let Some(refresh_token) = token.refresh_token() {
            self.note(refresh_token.expose());
        }
    }
}

#[derive(Clone, Debug)]
struct Time(SandboxClock);

impl Clock for Time {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }
}

/// Everything there is to say about it.
#[allow(clippy::print_stdout, clippy::print_stderr)] // that is what is looked at
fn say(what: &dyn Debug) {
    println!("{what:?}");
    eprintln!("{what:#?}");
}

/// As an error, as its causes, and as a panic of a task.
fn fail(error: Error) {
    say(&shown(&error));
    say(&error.to_string());
    let panicked =
        std::thread::spawn(move || panic!("called `Result::unwrap()` on an `Err` value: {error:?}"));
    assert!(panicked.join().is_err());
}

/// A task that dies with all of it in its hands, and says so.
fn crash<P: oauth_core::Provider>(
    client: &Client<P>,
    token: &Token<P>,
    pending: &oauth_core::PendingAuthorization,
) {
    let (client, token, pending) = (client.clone(), token.clone(), pending.clone());
    let crashed = std::thread::spawn(move || {
        let held = (token.access_token().clone(), token.refresh_token().cloned(), client.app());
        assert!(pending.state().expose().is_empty(), "in the midst of {held:?} {token:?} {pending:?}");
    });
    assert!(crashed.join().is_err());
}

async fn drive<P: CodeGrant, R: SandboxProvider, E: Endpoint<P>>(
    sandbox: ServerHandle<R>,
    site: P::Site,
    connect: P::Connect,
    endpoint: E,
    expiry: Duration,
    (secrets, folder): (&Secrets, &Path),
) where
    E::Response: Debug,
{
    secrets.note(sandbox.client_secret());
    let redirect_uri = sandbox.redirect_uris()[0].clone();
    let app = |secret: &str| App::new(sandbox.client_id(), secret, redirect_uri.parse().unwrap());
    let mut limits = Limits::default();
    (limits.token_deadline, limits.api_deadline) = (Duration::from_secs(2), Duration::from_secs(2));
    let build = |secret: &str| {
        let builder = Client::<P>::builder(site.clone(), app(secret)).limits(limits);
        say(&builder);
        builder.clock(Time(sandbox.clock())).build().unwrap()
    };
    let client = build(sandbox.client_secret());
    say(&(&client, client.app()));

    // A person says no, then yes; the callback comes twice, and in a wrong form.
    let denied = client.begin(&connect).unwrap();
    secrets.note(denied.pending.state().expose());
    let answer = sandbox.deny(&denied.url).await.unwrap();
    fail(client.finish(&denied.pending, answer.as_str()).await.unwrap_err());
    let started = client.begin(&connect).unwrap();
    secrets.note(started.pending.state().expose());
    let pending: serde_json::Value = serde_json::to_value(&started.pending).unwrap();
    pending["pkce_verifier"].as_str().into_iter().for_each(|verifier| secrets.note(verifier));
    say(&(&started, &started.pending));
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
        fail(client.finish(&started.pending, &bad).await.unwrap_err());
    }
    let token = client.finish(&started.pending, callback.as_str()).await.unwrap();
    secrets.token(&token);
    fail(client.finish(&started.pending, callback.as_str()).await.unwrap_err());
    say(&(&token, token.access_token(), token.refresh_token(), token.to_persisted().unwrap()));
    say(&(client.headers(&token).unwrap(), client.authorized(token.clone())));
    crash(&client, &token, &started.pending);

    // Another client's secret, and another code.
    let wrong = build("canary-wrong-secret");
    let attempt = wrong.begin(&connect).unwrap();
    secrets.note(attempt.pending.state().expose());
    let answer = sandbox.approve(&attempt.url).await.unwrap();
    fail(wrong.finish(&attempt.pending, answer.as_str()).await.unwrap_err());

    // A connection in a database: calls, faults of every kind, refreshes, its end.
    let store =
        Sqlite::open(folder.join(format!("{}.db", P::NAME)), Keyring::new(key(secrets))).await.unwrap();
    let connections = Connections::builder(client.clone(), store.clone()).jitter(Duration::ZERO).build();
    connections.insert("acme", token.clone()).await.unwrap();
    let acme = connections.get("acme");
    say(&(&connections, &acme, &store));
    say(&acme.send(&endpoint).await.map(drop).map_err(fail));
    for number in 0..5 {
        // Each server repeats the secret that it was sent.
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
            fail(error);
        }
        sandbox.advance(expiry);
        let held = acme.token().await.ok();
        let held = held.as_ref().and_then(Token::refresh_token).map_or("none", |token| token.expose());
        sandbox.next_token_call(fault(held));
        sandbox.advance(expiry);
        match acme.headers().await {
            Ok(headers) => say(&headers),
            Err(error) => fail(error),
        }
        say(&acme.status().await.map_err(fail));
        if let Ok(Some(record)) = store.load(&Key::new(P::NAME, "acme")).await {
            say(&record);
            let kept: serde_json::Value = serde_json::from_slice(record.content.bytes()).unwrap();
            for name in ["access_token", "refresh_token"] {
                kept[name].as_str().into_iter().for_each(|secret| secrets.note(secret));
            }
        }
    }
    say(&connections.remove("acme").await);
    fail(acme.headers().await.map(drop).unwrap_err());
    connections.drain().await;
    say(&sandbox.journal());
    store.close().await;
}

const fn hours(number: u64) -> Duration {
    Duration::from_secs(number * 3_600)
}

fn key(secrets: &Secrets) -> oauth_store::EncryptionKey {
    let key = oauth_store::EncryptionKey::generate().unwrap();
    secrets.note(&key.expose_base64());
    key
}

/// What the other test starts.
#[tokio::test]
#[ignore = "it is what the other test looks at"]
async fn the_process_that_drives() {
    let place = std::env::var(PLACE).unwrap();
    let folder = Path::new(&place);
    // But for what reads pages for the sandbox's people: what they see is theirs.
    let all = Targets::new()
        .with_default(LevelFilter::TRACE)
        .with_targets(["html5ever", "selectors"].map(|reader| (reader, LevelFilter::OFF)));
    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr))
        .with(all)
        .init();
    let secrets = Secrets::default();
    let to = (&secrets, folder);
    let sandbox = oauth_sandbox::CohortGo::start().await.unwrap();
    let site = cohortgo::Site::at(sandbox.url()).unwrap();
    drive::<cohortgo::CohortGo, _, _>(
        sandbox,
        site,
        cohortgo::Connect::new(),
        cohortgo::api::AgentInvoices::new(),
        hours(1),
        to,
    )
    .await;
    let sandbox = oauth_sandbox::Cobot::start().await.unwrap();
    let site = cobot::Site::at(sandbox.url()).unwrap();
    drive::<cobot::Cobot, _, _>(
        sandbox,
        site,
        cobot::Connect::new([cobot::scope::READ_USER]),
        cobot::api::User,
        hours(1),
        to,
    )
    .await;
    let sandbox = oauth_sandbox::Go1::start().await.unwrap();
    let site = go1::Site::at(sandbox.url()).unwrap();
    drive::<go1::Go1, _, _>(
        sandbox,
        site,
        go1::Connect::new([go1::scope::USER_READ]),
        go1::api::Me,
        hours(13),
        to,
    )
    .await;
    let sandbox = oauth_sandbox::Gocd::start().await.unwrap();
    let site = gocd::Site::at(sandbox.url()).unwrap();
    drive::<gocd::Gocd, _, _>(
        sandbox,
        site,
        gocd::Connect::new(),
        gocd::api::CurrentUser,
        hours(91 * 24),
        to,
    )
    .await;
    let all: Vec<String> = secrets.0.lock().unwrap().iter().cloned().collect();
    fs::write(folder.join("secrets.json"), serde_json::to_vec(&all).unwrap()).unwrap();
}

#[test]
#[allow(clippy::print_stdout)] // the numbers are to be seen
fn no_secret_is_said_or_stored_in_clear() {
    let folder = tempfile::tempdir().unwrap();
    let out = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_process_that_drives", "--ignored", "--nocapture", "--test-threads=1"])
        .env(PLACE, folder.path())
        .env("RUST_BACKTRACE", "full")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{said}");
    let secrets = fs::read(folder.path().join("secrets.json")).unwrap();
    let secrets: Vec<String> = serde_json::from_slice(&secrets).unwrap();
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).chain(["canary-"]).collect();
    // Enough of them that the search is worth something, and what is searched is what it should be.
    assert!(secrets.len() > 30, "{} secrets", secrets.len());
    assert!(said.contains("panicked at") && said.contains("TRACE"), "{said}");
    let mut places = vec![("stdout".to_owned(), out.stdout), ("stderr".to_owned(), out.stderr)];
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name != "secrets.json" {
            places.push((name, fs::read(path).unwrap()));
        }
    }
    assert!(places.len() >= 6, "{} places: two streams and four databases", places.len());
    for (name, bytes) in &places {
        let found = leaks(bytes, &secrets);
        if found.is_empty() {
            continue;
        }
        let text = String::from_utf8_lossy(bytes);
        let lines: Vec<&str> =
            text.lines().filter(|line| !leaks(line, &secrets).is_empty()).take(3).collect();
        panic!("{name}: {found:?}\n{}", lines.join("\n"));
    }
    let size: usize = places.iter().map(|(_, bytes)| bytes.len()).sum();
    println!("{} secrets looked for in {} places, {size} bytes", secrets.len(), places.len());
}
