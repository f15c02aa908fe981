//! No secret is printed or left on disk in clear, whatever the outcome. Five places print one by design, for
//! another program: the stdout of `header` and `token`, the environment of `exec`, and the stdout of
//! `sandbox`, with and without `--env`. Secrets of a sandbox are valid only there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use oauth_sandbox::{Cobot, CohortGo, Fault, Go1, Gocd, SandboxProvider, ServerHandle};
use oauth_testing::leaks;
use serde_json::json;

use crate::test_home::{REMOTE_REDIRECT_URI, RunOutput, TestHome};

/// Prefix of every secret in these tests.
const CANARY: &str = "canary";

/// All output so far, by command.
#[derive(Default)]
struct Transcript(Vec<(String, RunOutput)>);

impl Transcript {
    /// Runs the command with text, the trace of its calls, and JSON output.
    fn run(&mut self, home: &TestHome, arguments: &[&str], input: &str) {
        for more in [&["--verbose"][..], &["--json"]] {
            // Before the command that `exec` runs.
            let (own, of_exec) = arguments
                .split_at(arguments.iter().position(|word| *word == "--").unwrap_or(arguments.len()));
            let all = [own, more, of_exec].concat();
            self.0.push((all.join(" "), home.run_with(&all, input)));
        }
    }

    /// Asserts that neither stream contains a secret in any encoding.
    fn assert_no_secrets(&self, secrets: &[&str]) {
        for (command, ran) in &self.0 {
            for (stream, text) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
                let prints_token = command.contains("header ") || command.contains("token ");
                let is_header_output = prints_token && stream == "stdout";
                let found = leaks(text, secrets);
                assert!(is_header_output || found.is_empty(), "`{command}` on {stream}: {found:?}\n{text}");
            }
        }
    }
}

fn home<P: SandboxProvider>(sandbox: &ServerHandle<P>) -> TestHome {
    TestHome::new()
        .with_client_of(sandbox)
        .with(&format!("OAUTH_{}_CLIENT_SECRET", sandbox.name().to_ascii_uppercase()), "canary-client-secret")
        .with("RUST_LOG", "trace")
        .with("RUST_BACKTRACE", "full")
}

/// A token response with the numbered tokens.
fn tokens<P: SandboxProvider>(sandbox: &ServerHandle<P>, number: u8) -> Fault {
    let token_type = if sandbox.name() == "gocd" { "token" } else { "bearer" };
    let body = json!({
        "access_token": format!("canary-access-token-{number}"),
        "refresh_token": format!("canary-refresh-token-{number}"),
        "token_type": token_type,
        "expires_in": 43_200,
        "scope": "",
        "api_base_url": sandbox.api_url(),
        "base_url": sandbox.url(),
    });
    Fault::json(200, &body)
}

/// An error response that repeats the secrets in its body and a header.
fn echoing_error(status: u16, secrets: &[&str]) -> Fault {
    let echoed = secrets.join(" and ");
    let body = json!({ "error": secrets[0], "error_description": echoed, "message": echoed, "hint": echoed });
    Fault::json(status, &body).header("x-said", &echoed)
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

async fn run_every_command<P: SandboxProvider>(sandbox: ServerHandle<P>, more: &[&str], path: &str) {
    let mut home = home(&sandbox);
    let mut transcript = Transcript::default();
    let name = sandbox.name();

    // The user approves; the token call fails in several ways, then succeeds.
    let mut codes = Vec::new();
    for status in [400, 401, 500, 200, 0] {
        let mut started = home.start_connect(&sandbox, "acme", &[more, &["--verbose"]].concat());
        let callback = sandbox.approve(started.url()).await.unwrap();
        let code = callback.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
        sandbox.next_token_call(match status {
            0 => tokens(&sandbox, 1),
            status => echoing_error(status, &[&code, "canary-client-secret"]),
        });
        codes.push(code);
        started.paste(callback.as_str());
        transcript.0.push((format!("connect {name}"), started.end()));
    }
    assert_eq!(codes.len(), 5);
    assert_eq!(transcript.0.last().unwrap().1.code, Some(0), "{:?}", transcript.0.last());

    for arguments in [
        &["list"][..],
        &["status"],
        &["status", name, "acme"],
        &["status", name, "nobody"],
        &["header", name, "acme"],
        &["header", name, "nobody"],
        &["token", name, "acme"],
        &["token", name, "nobody"],
        &["exec", name, "acme", "--", "/no/such/command"],
        &["doctor"],
    ] {
        transcript.run(&home, arguments, "");
    }
    // The provider does not know this token: the call and the following refresh are rejected.
    let refresh_secrets = ["canary-refresh-token-1", "canary-client-secret"];
    sandbox.next_api_call(echoing_error(401, &["canary-access-token-1"]));
    sandbox.next_token_call(echoing_error(400, &refresh_secrets));
    // Ignore stdout of `request`: it prints the API's response.
    let ran = home.run(&["request", name, "acme", "GET", path, "--json", "--verbose"]);
    transcript.0.push(("request".to_owned(), RunOutput { stdout: String::new(), ..ran }));
    for more in [&[][..], &["--json"]] {
        sandbox.next_token_call(echoing_error(400, &refresh_secrets));
        home.forget_interrupted_refreshes().await;
        let arguments = [&["refresh", name, "acme"], more].concat();
        transcript.0.push((arguments.join(" "), home.run(&arguments)));
    }
    sandbox.reset();
    home.forget_interrupted_refreshes().await;
    for number in 2..4 {
        sandbox.next_token_call(tokens(&sandbox, number));
    }
    transcript.run(&home, &["refresh", name, "acme"], "");
    sandbox.next_api_call(Fault::json(200, &json!({ "fine": true })));
    transcript.run(&home, &["request", name, "acme", "GET", path], "");
    transcript.run(&home, &["doctor"], "");
    transcript.run(&home, &["rotate-keys"], "");
    transcript.run(&home, &["status", name, "acme"], "");
    // An invalid key.
    home.set("OAUTH_STORE_KEY", Some("canary-key-of-a-store"));
    transcript.run(&home, &["list"], "");
    transcript.run(&home, &["doctor"], "");
    home.set("OAUTH_STORE_KEY", None);

    // Closed stdout.
    for arguments in [
        &["header", name, "acme"][..],
        &["list"],
        &["status", "--json"],
        &["request", name, "acme", "GET", path],
    ] {
        sandbox.next_api_call(echoing_error(500, &["canary-access-token-3"]));
        let mut child =
            home.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let ran = RunOutput { stdout: String::new(), stderr, code: output.status.code() };
        transcript.0.push((format!("{} into nowhere", arguments.join(" ")), ran));
    }

    // A 503 response that repeats the secrets.
    home.forget_interrupted_refreshes().await;
    sandbox.next_token_call(echoing_error(503, &["canary-refresh-token-3", "canary-client-secret"]));
    transcript.0.push(("refresh".to_owned(), home.run(&["refresh", name, "acme", "--verbose"])));
    sandbox.reset();
    transcript.run(&home, &["disconnect", name, "acme"], "");
    transcript.run(&home, &["add", name, "other", "--server", sandbox.url()], "canary-added-token\n");
    transcript.run(&home, &["header", name, "other"], "");

    let headers = transcript
        .0
        .iter()
        .filter(|(command, ran)| command.starts_with("header") && ran.stdout.contains(CANARY));
    assert!(headers.count() >= 2, "the search must find known secrets: {name}");
    let mut secrets = vec![CANARY];
    secrets.extend(codes.iter().map(String::as_str));
    transcript.assert_no_secrets(&secrets);
    let traced = |what: &str| transcript.0.iter().any(|(_, ran)| ran.stderr.contains(what));
    assert!(traced("[client secret]") || traced("Basic [credentials]"), "{name}: token calls are traced");
    assert!(traced("[access token]"), "{name}: API calls are traced");
    assert!(traced("oauth_core::"), "{name}: events are logged");

    // Files on disk hold no secret, and keys only in key files.
    let mut places = Vec::new();
    files(home.folder.path(), &mut places);
    assert!(places.iter().any(|path| path.ends_with("data/oauth/connections.db")), "{places:?}");
    let mut keys = Vec::new();
    for path in &places {
        let bytes = fs::read(path).unwrap();
        if path.to_string_lossy().contains("key") {
            keys.push(String::from_utf8(bytes).unwrap().trim().to_owned());
            continue;
        }
        let found = leaks(&bytes, &secrets);
        assert!(found.is_empty(), "{}: {found:?}", path.display());
    }
    let keys: Vec<&str> = keys.iter().flat_map(|text| text.lines()).collect();
    assert!(!keys.is_empty(), "{places:?}");
    transcript.assert_no_secrets(&keys);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_header_prints_secrets_at_cohort_go() {
    let sandbox = CohortGo::builder().redirect_uri(REMOTE_REDIRECT_URI).start().await.unwrap();
    run_every_command(sandbox, &[], "users.json").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_header_prints_secrets_at_cobot() {
    let sandbox = Cobot::builder().redirect_uri(REMOTE_REDIRECT_URI).start().await.unwrap();
    run_every_command(sandbox, &["--scope", "read_user"], "/user").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_header_prints_secrets_at_go1() {
    let sandbox = Go1::builder().redirect_uri(REMOTE_REDIRECT_URI).start().await.unwrap();
    run_every_command(sandbox, &["--scope", "user.read"], "/me").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_header_prints_secrets_at_gocd() {
    let sandbox = Gocd::builder().redirect_uri(REMOTE_REDIRECT_URI).start().await.unwrap();
    run_every_command(sandbox, &[], "/current_user").await;
}
