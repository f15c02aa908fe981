//! Whatever the program does, and however it ends, no secret is in what it says or leaves on the disk. The one exception is `header`'s
//! stdout, which is there to be piped into a program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use oauth_sandbox::{Cobot, CohortGo, Fault, Go1, Gocd, SandboxProvider, ServerHandle};
use oauth_testing::leaks;
use serde_json::json;

use crate::test_home::{REMOTE_REDIRECT_URI, RunOutput, TestHome};

/// What every secret here begins with: whatever is made of one is found.
const CANARY: &str = "canary";

/// All that was said, and in what.
#[derive(Default)]
struct ClientConfig(Vec<(String, RunOutput)>);

impl ClientConfig {
    /// Does it for people and for machines.
    fn run(&mut self, home: &TestHome, arguments: &[&str], input: &str) {
        for json in [&[][..], &["--json"]] {
            let all = [arguments, json].concat();
            self.0.push((all.join(" "), home.run_with(&all, input)));
        }
    }

    /// Neither output has it, nor what it would be if it were written otherwise.
    fn holds_none_of(&self, secrets: &[&str]) {
        for (command, ran) in &self.0 {
            for (stream, text) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
                let is_for_programs = command.contains("header ") && stream == "stdout";
                let found = leaks(text, secrets);
                assert!(is_for_programs || found.is_empty(), "`{command}` on {stream}: {found:?}\n{text}");
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

/// The answer to a token call: the tokens of this number.
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

/// A server that has the secrets it was sent in every corner of its answer.
fn telling(status: u16, secrets: &[&str]) -> Fault {
    let said = secrets.join(" and ");
    let body = json!({ "error": secrets[0], "error_description": said, "message": said, "hint": said });
    Fault::json(status, &body).header("x-said", &said)
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

async fn run_every_command<P: SandboxProvider>(sandbox: ServerHandle<P>, more: &[&str], path: &str) {
    let mut home = home(&sandbox);
    let mut said = ClientConfig::default();
    let name = sandbox.name();

    // A person says yes and the server says no, in all ways; then it works.
    let mut codes = Vec::new();
    for status in [400, 401, 500, 200, 0] {
        let mut started = home.start_connect(&sandbox, "acme", more);
        let callback = sandbox.approve(started.url()).await.unwrap();
        let code = callback.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
        sandbox.next_token_call(match status {
            0 => tokens(&sandbox, 1),
            status => telling(status, &[&code, "canary-client-secret"]),
        });
        codes.push(code);
        started.paste(callback.as_str());
        said.0.push((format!("connect {name}"), started.end()));
    }
    assert_eq!(codes.len(), 5);
    assert_eq!(said.0.last().unwrap().1.code, Some(0), "{:?}", said.0.last());

    for arguments in [
        &["list"][..],
        &["status"],
        &["status", name, "acme"],
        &["status", name, "nobody"],
        &["header", name, "acme"],
        &["header", name, "nobody"],
        &["doctor"],
    ] {
        said.run(&home, arguments, "");
    }
    // The token is none that the provider knows: the call is refused, and what follows is refused as well.
    let refresh_secrets = ["canary-refresh-token-1", "canary-client-secret"];
    sandbox.next_api_call(telling(401, &["canary-access-token-1"]));
    sandbox.next_token_call(telling(400, &refresh_secrets));
    // `request` prints what the API answers, which is the caller's: here only what it says itself counts.
    let ran = home.run(&["request", name, "acme", "GET", path, "--json"]);
    said.0.push(("request".to_owned(), RunOutput { stdout: String::new(), ..ran }));
    for _ in 0..2 {
        sandbox.next_token_call(telling(400, &refresh_secrets));
    }
    home.let_a_minute_pass().await;
    said.run(&home, &["refresh", name, "acme"], "");
    // Where nothing is refreshed they wait for nobody.
    sandbox.reset();
    home.let_a_minute_pass().await;
    for number in 2..4 {
        sandbox.next_token_call(tokens(&sandbox, number));
    }
    said.run(&home, &["refresh", name, "acme"], "");
    sandbox.next_api_call(Fault::json(200, &json!({ "fine": true })));
    said.run(&home, &["request", name, "acme", "GET", path], "");
    said.run(&home, &["doctor"], "");
    said.run(&home, &["rotate-keys"], "");
    said.run(&home, &["status", name, "acme"], "");
    // A key that is none.
    home.set("OAUTH_STORE_KEY", Some("canary-key-of-a-store"));
    said.run(&home, &["list"], "");
    said.run(&home, &["doctor"], "");
    home.set("OAUTH_STORE_KEY", None);

    // It cannot say what it has to say: whoever was to read it has gone.
    for arguments in [
        &["header", name, "acme"][..],
        &["list"],
        &["status", "--json"],
        &["request", name, "acme", "GET", path],
    ] {
        sandbox.next_api_call(telling(500, &["canary-access-token-3"]));
        let mut child =
            home.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let ran = RunOutput { stdout: String::new(), stderr, code: output.status.code() };
        said.0.push((format!("{} into nowhere", arguments.join(" ")), ran));
    }

    // An answer that may be anybody's.
    home.let_a_minute_pass().await;
    sandbox.next_token_call(telling(503, &["canary-refresh-token-3", "canary-client-secret"]));
    said.0.push(("refresh".to_owned(), home.run(&["refresh", name, "acme"])));
    sandbox.reset();
    said.run(&home, &["disconnect", name, "acme"], "");
    said.run(&home, &["add", name, "other", "--server", sandbox.url()], "canary-added-token\n");
    said.run(&home, &["header", name, "other"], "");

    let headers =
        said.0.iter().filter(|(command, ran)| command.starts_with("header") && ran.stdout.contains(CANARY));
    assert!(headers.count() >= 2, "the search would find one: {name}");
    let mut secrets = vec![CANARY];
    secrets.extend(codes.iter().map(String::as_str));
    said.holds_none_of(&secrets);

    // What is on the disk, but for the keys: those are found there, and nowhere else.
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
    said.holds_none_of(&keys);
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
