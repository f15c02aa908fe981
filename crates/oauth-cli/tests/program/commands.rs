//! Commands on existing connections: `request`, `refresh`, `keep`, `disconnect`, `rotate-keys`, `doctor`.

use std::time::Duration;

use oauth_sandbox::{Cobot, CohortGo, Fault, Go1, Gocd};
use serde_json::{Value, json};

use crate::test_home::{REMOTE_REDIRECT_URI, TestHome, free_port, normalize};

const THIRTEEN_HOURS: Duration = Duration::from_secs(13 * 3600);

async fn go1() -> Go1 {
    Go1::builder().redirect_uri(REMOTE_REDIRECT_URI).start().await.unwrap()
}

fn header(home: &TestHome, provider: &str, account: &str) -> String {
    home.run(&["header", provider, account]).ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn request_refreshes_rejected_token() {
    let sandbox = go1().await;
    let home = TestHome::new().with_client_of(&sandbox);
    home.connect(&sandbox, "acme", &["--scope", "user.read,lo.read"]).await.ok();
    let first = header(&home, "go1", "acme");
    // Advances only the provider's clock: the program does not know that the token has expired.
    sandbox.advance(THIRTEEN_HOURS);
    let me = home.run(&["request", "go1", "acme", "GET", "/me"]);
    assert_eq!(me.code, Some(0), "{me:?}");
    assert!(me.json()["email"].is_string());
    assert_ne!(header(&home, "go1", "acme"), first);
    assert_eq!(sandbox.journal().token_calls(), 2);

    let found = home
        .run(&["request", "go1", "acme", "get", "learning-objects?limit=1", "--gateway", "--json"])
        .json();
    assert_eq!(found["status"], 200);
    assert!(found["body"]["hits"].is_array(), "{found}");
    let whole = format!("{}/v2/me", sandbox.url());
    home.run(&["request", "go1", "acme", "GET", &whole]).ok();
    let include = home.run(&["request", "go1", "acme", "GET", "/me", "-i"]).ok();
    assert!(include.starts_with("HTTP 200 OK\n"), "{include}");
}

#[tokio::test(flavor = "multi_thread")]
async fn request_exit_code_shows_outcome() {
    let sandbox = go1().await;
    let home = TestHome::new().with_client_of(&sandbox);
    home.connect(&sandbox, "acme", &["--scope", "user.read"]).await.ok();
    let mut output = String::new();
    for (name, arguments) in [
        ("another host", &["GET", "https://evil.example/"][..]),
        ("not there", &["GET", "/no/such/thing"]),
        ("option of another provider", &["GET", "/me", "--space", "betahaus"]),
        ("no header", &["GET", "/me", "-H", "Accept"]),
        ("Authorization header", &["GET", "/me", "-H", "Authorization: Bearer x"]),
        ("no method", &["GET IT", "/me"]),
    ] {
        let ran = home.run(&[&["request", "go1", "acme"], arguments].concat());
        output += &format!("{name}: {}[{}]\n", ran.stderr, ran.code.unwrap());
    }
    sandbox.next_api_call(Fault::status(503, "busy"));
    let ran = home.run(&["request", "go1", "acme", "GET", "/me"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(7), "busy"), "{ran:?}");
    insta::assert_snapshot!(normalize(&home, &output));
}

/// The library's help names Rust types, which mean nothing on the command line.
#[tokio::test(flavor = "multi_thread")]
async fn help_names_options_not_types() {
    let sandbox = CohortGo::builder().redirect_uri(REMOTE_REDIRECT_URI).start().await.unwrap();
    let home = TestHome::new().with_client_of(&sandbox);
    home.connect(&sandbox, "uni", &[]).await.ok();
    let add = ["add", "cohortgo", "x", "--server", sandbox.url(), "--api-base-url", "https://evil.example/"];
    let act_as = |user| home.run(&["request", "cohortgo", "uni", "GET", "students.json", "--act-as", user]);
    for (ran, code, help) in [
        (home.run_with(&add, "a-token\n"), 8, "--trust-api-host"),
        (act_as("Bob Smith <bob@example.org>"), 8, "--act-as-user"),
        (act_as("J\u{fc}rgen <j@example.org>"), 9, "ASCII"),
        (home.run(&["doctor", "--offline", "--provider", "gocd"]), 1, "add `server` to [gocd]"),
    ] {
        let output = ran.stdout + &ran.stderr;
        assert_eq!(ran.code, Some(code), "{output}");
        assert!(output.contains(help) && !output.contains("::"), "{output}");
    }
}

/// As `gh api --jq`: strings without quotes, errors as they came.
#[tokio::test(flavor = "multi_thread")]
async fn request_filters_response() {
    let sandbox = go1().await;
    let home = TestHome::new().with_client_of(&sandbox);
    home.connect(&sandbox, "acme", &["--scope", "user.read,lo.read"]).await.ok();
    let filtered = |filter| home.run(&["request", "go1", "acme", "/me", "--jq", filter]);
    let email = home.run(&["request", "go1", "acme", "/me"]).json()["email"].as_str().unwrap().to_owned();
    assert_eq!(filtered(".email").ok(), format!("{email}\n"));
    assert_eq!(filtered("empty").ok(), "");
    let calls = sandbox.journal().entries().len();
    let invalid = filtered(".email |");
    assert_eq!((invalid.code, sandbox.journal().entries().len()), (Some(2), calls), "{invalid:?}");
    let failed = filtered(".email.x");
    assert!(failed.code == Some(1) && failed.stderr.contains("cannot index"), "{failed:?}");
    sandbox.next_api_call(Fault::status(503, "busy"));
    let busy = filtered(".email");
    assert_eq!((busy.code, busy.stdout.as_str()), (Some(7), "busy"));
    // A path as `oauth api` shows it.
    home.run(&["request", "go1", "acme", "/v2/me"]).ok();
    assert_eq!(sandbox.journal().entries().last().unwrap().path, "/v2/me");
}

/// The trace of a connection and a refresh. What an API sends is the result, and not repeated.
#[tokio::test(flavor = "multi_thread")]
async fn verbose_shows_calls() {
    let sandbox = go1().await;
    let home = TestHome::new().with_client_of(&sandbox);
    let connected = home.connect(&sandbox, "acme", &["--scope", "user.read", "-v"]).await;
    sandbox.advance(THIRTEEN_HOURS);
    let requested = home.run(&["request", "go1", "acme", "/me", "-v"]);
    let shown = [connected.stderr, requested.stderr].join("=====\n");
    insta::assert_snapshot!(normalize(&home, &shown));
    assert_eq!(home.run(&["request", "go1", "acme", "/me"]).stderr, "");
}

/// 304 is a response, not a redirect.
#[tokio::test(flavor = "multi_thread")]
async fn request_accepts_not_modified() {
    let sandbox = go1().await;
    let home = TestHome::new().with_client_of(&sandbox);
    home.connect(&sandbox, "acme", &[]).await.ok();
    sandbox.next_api_call(Fault::status(304, ""));
    let ran = home.run(&["request", "go1", "acme", "GET", "/me", "-H", "If-None-Match: x", "-i"]);
    assert!(ran.code == Some(0) && ran.stdout.starts_with("HTTP 304 Not Modified\n"), "{ran:?}");
    sandbox.next_api_call(Fault::status(302, ""));
    let ran = home.run(&["request", "go1", "acme", "GET", "/me"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn request_acts_as_user_with_body() {
    let sandbox = CohortGo::builder().redirect_uri(REMOTE_REDIRECT_URI).start().await.unwrap();
    let home = TestHome::new().with_client_of(&sandbox);
    home.connect(&sandbox, "uni", &["--act-as-user", "--create-users"]).await.ok();
    let student = r#"{"student":{"first_name":"Ann","last_name":"Lee","email":"ann@example.org"}}"#;
    let ran = home.run_with(
        &[
            "request",
            "cohortgo",
            "uni",
            "POST",
            "students.json",
            "--act-as",
            "Bob Smith <bob@example.org>",
            "-d",
            "@-",
        ],
        student,
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let acts = sandbox.authorized_calls();
    assert_eq!(acts.len(), 1, "{acts:?}");
    let invalid = home.run(&["request", "cohortgo", "uni", "GET", "students.json", "--act-as", "Bob"]);
    assert_eq!(invalid.code, Some(2), "{invalid:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn refresh_handles_one_and_all() {
    let sandbox = go1().await;
    let other = Gocd::builder().redirect_uri(REMOTE_REDIRECT_URI).start().await.unwrap();
    let home = TestHome::new().with_client_of(&sandbox).with_client_of(&other);
    assert_eq!(home.run(&["refresh", "--all", "--json"]).json(), json!([]));
    for account in ["a", "b", "c"] {
        home.connect(&sandbox, account, &[]).await.ok();
    }
    home.connect(&other, "ci", &[]).await.ok();
    home.run_with(&["add", "cobot", "never", "--scope", "read"], "a-token\n").ok();

    let first = header(&home, "go1", "a");
    let output = home.run(&["refresh", "go1", "a", "--json"]).json();
    assert_eq!(output["generation"], 2);
    assert_ne!(header(&home, "go1", "a"), first);
    // Nothing is due.
    assert_eq!(home.run(&["refresh", "--due"]).ok(), "Nothing to refresh.\n");
    let all = home.run(&["refresh", "--all"]);
    insta::assert_snapshot!(all.ok());
    assert_eq!((sandbox.journal().token_calls(), other.journal().token_calls()), (3 + 1 + 3, 2));
    let never = home.run(&["refresh", "cobot", "never"]).ok();
    assert!(never.starts_with("Nothing to refresh: Cobot issues no refresh tokens.\n"), "{never}");
}

/// A connection that another command found dead stays in view.
#[tokio::test(flavor = "multi_thread")]
async fn dead_connections_are_listed_and_fail_a_refresh() {
    let sandbox = go1().await;
    let home = TestHome::new().with_client_of(&sandbox);
    for account in ["dead", "other"] {
        home.connect(&sandbox, account, &[]).await.ok();
        if account == "dead" {
            sandbox.revoke_access();
        }
    }
    assert_eq!(home.run(&["request", "go1/dead", "/me"]).code, Some(4));
    let all = home.run(&["refresh", "--all"]);
    assert_eq!(all.code, Some(4), "{all:?}");
    assert!(all.stdout.contains("go1/dead: needs reconnecting: ") && all.stdout.contains("1 of 2 refreshed"));
    let due = home.run(&["refresh", "--due", "--json"]);
    assert_eq!((due.code, &due.json()[0]["outcome"]), (Some(4), &json!("needs_reconnect")), "{due:?}");
    let listed = home.run(&["list"]).ok();
    assert!(listed.lines().any(|line| line.contains("dead") && line.contains("reconnect  -")), "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_client_spends_one_refresh_token() {
    let sandbox = Gocd::builder().redirect_uri(REMOTE_REDIRECT_URI).start().await.unwrap();
    let home = TestHome::new().with_client_of(&sandbox);
    for account in ["a", "b", "c"] {
        home.connect(&sandbox, account, &[]).await.ok();
    }
    // A wrong secret is configured after connecting.
    let mut home = home.with("OAUTH_GOCD_CLIENT_SECRET", "canary");
    let ran = home.run(&["refresh", "--all", "--json"]);
    assert_eq!(ran.code, Some(6), "{ran:?}");
    assert_eq!(sandbox.journal().token_calls(), 3 + 1);
    assert!(!ran.stdout.contains("canary"));
    let kinds: Vec<Value> = ran.json().as_array().unwrap().iter().map(|one| one["outcome"].clone()).collect();
    assert_eq!(kinds, ["client_refused"; 3]);
    home.set("OAUTH_GOCD_CLIENT_SECRET", None);
    assert_eq!(home.run(&["list", "--json"]).json().as_array().unwrap().len(), 3);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn keep_refreshes_due_connections_until_stopped() {
    let sandbox = go1().await;
    let home = TestHome::new().with_client_of(&sandbox);
    home.connect(&sandbox, "acme", &[]).await.ok();
    // A token valid for two seconds is due after one.
    let tokens = |n: u8, life: u32| {
        let body =
            json!({ "access_token": format!("a{n}"), "refresh_token": format!("r{n}"), "expires_in": life });
        Fault::json(200, &body)
    };
    sandbox.next_token_call(tokens(1, 2));
    home.run(&["refresh", "go1", "acme"]).ok();
    sandbox.next_token_call(tokens(2, 43_200));
    let mut keep = home.start(&["keep", "--every", "1", "--json"]);
    assert!(keep.line().contains("sweeps every 1 s"));
    let line: Value = serde_json::from_str(&keep.line()).unwrap();
    assert_eq!((line["account"].as_str(), line["event"].as_str()), (Some("acme"), Some("refreshed")));
    // Keys cannot be rotated while `keep` runs.
    let rotating = home.run(&["rotate-keys"]);
    assert_eq!(rotating.code, Some(7), "{rotating:?}");
    // Connections made later are kept as well.
    home.connect(&sandbox, "later", &[]).await.ok();
    sandbox.next_token_call(tokens(3, 2));
    home.run(&["refresh", "go1", "later"]).ok();
    sandbox.next_token_call(tokens(4, 43_200));
    let line: Value = serde_json::from_str(&keep.line()).unwrap();
    assert_eq!((&line["provider"], &line["account"]), (&json!("go1"), &json!("later")));
    keep.signal(rustix::process::Signal::TERM);
    let ran = keep.end();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("\"ended\""));
}

/// `keep` need not be restarted after the secret in the configuration file is corrected.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn keep_reloads_corrected_secret() {
    let sandbox = go1().await;
    let home = TestHome::new();
    let write = |secret: &str| {
        let text = format!(
            "[go1]\nclient_id = \"{}\"\nclient_secret = \"{secret}\"\nserver = \"{}\"\n",
            sandbox.client_id(),
            sandbox.url()
        );
        let file = home.folder.path().join("oauth.toml");
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    };
    write(sandbox.client_secret());
    home.connect(&sandbox, "acme", &["--config", "oauth.toml"]).await.ok();
    let short = json!({ "access_token": "a1", "refresh_token": "r1", "expires_in": 2 });
    sandbox.next_token_call(Fault::json(200, &short));
    home.run(&["refresh", "go1", "acme", "--config", "oauth.toml"]).ok();
    write("canary");
    let mut keep = home.start(&["keep", "--every", "1", "--json", "--config", "oauth.toml"]);
    let mut until = |expected: &str| {
        loop {
            let line = keep.line();
            assert!(!line.is_empty() && !line.contains("canary"), "{line}");
            if line.contains(expected) {
                break;
            }
        }
    };
    until("client");
    home.forget_interrupted_refreshes().await;
    let long = json!({ "access_token": "a2", "refresh_token": "r2", "expires_in": 43_200 });
    sandbox.next_token_call(Fault::json(200, &long));
    write(sandbox.client_secret());
    until("\"refreshed\"");
    keep.signal(rustix::process::Signal::TERM);
    keep.end().ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnect_revokes_and_removes() {
    let cobot = Cobot::builder().redirect_uri(REMOTE_REDIRECT_URI).start().await.unwrap();
    let sandbox = go1().await;
    let home = TestHome::new().with_client_of(&cobot).with_client_of(&sandbox);
    home.connect(&cobot, "space", &["--scope", "read,read_user"]).await.ok();
    home.connect(&sandbox, "acme", &[]).await.ok();
    home.run(&["request", "cobot", "space", "GET", "/user"]).ok();
    let token = header(&home, "cobot", "space");
    let token = token.trim_end().rsplit(' ').next().unwrap();

    let unconfirmed = home.run(&["disconnect", "cobot", "space"]);
    assert_eq!(unconfirmed.code, Some(2), "{unconfirmed:?}");
    // If revocation fails, the connection stays.
    cobot.next_api_call(Fault::status(503, ""));
    cobot.next_api_call(Fault::status(503, ""));
    cobot.next_api_call(Fault::status(503, ""));
    let failed = home.run(&["disconnect", "cobot", "space", "--yes"]);
    assert_eq!(failed.code, Some(7), "{failed:?}");
    assert!(!failed.stderr.contains(token), "the URL contains the token");
    header(&home, "cobot", "space");

    let done = home.run(&["disconnect", "cobot", "space", "--yes"]);
    let note = home.run(&["disconnect", "go1", "acme", "--yes"]);
    insta::assert_snapshot!(done.ok() + &note.stderr + &note.stdout);
    assert_eq!(home.run(&["disconnect", "cobot", "space", "--yes"]).code, Some(3));
    assert_eq!(home.run(&["list", "--json"]).json(), json!([]));
    // The provider rejects the revoked token.
    home.run_with(&["add", "cobot", "again", "--server", cobot.url()], token).ok();
    let refused = home.run(&["request", "cobot", "again", "GET", "/user"]);
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert_eq!(home.run(&["status", "cobot", "again"]).code, Some(4));
    assert_eq!(home.run(&["status"]).code, Some(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_record_is_named_and_blocks_no_other() {
    let sandbox = go1().await;
    let home = TestHome::new().with_client_of(&sandbox);
    for account in ["acme", "odd"] {
        home.connect(&sandbox, account, &[]).await.ok();
    }
    home.change_store(
        "UPDATE oauth_connections SET state = 'hibernating' WHERE account = 'odd' AND provider = 'go1'",
    )
    .await;
    let listed = home.run(&["list"]).ok();
    assert!(listed.contains("acme     active") && listed.contains("odd      unreadable"), "{listed}");
    assert!(listed.contains("the record go1/odd has the state `hibernating`"), "{listed}");
    let doctor = home.run(&["doctor", "--offline"]);
    assert_eq!(doctor.code, Some(1), "{doctor:?}");
    assert!(doctor.stdout.contains("the record go1/odd has the state `hibernating`"), "{doctor:?}");
    let refreshed = home.run(&["refresh", "--all", "--json"]);
    assert_eq!(refreshed.code, Some(9), "{refreshed:?}");
    let outcomes = serde_json::from_str::<Value>(&refreshed.stdout).unwrap();
    assert_eq!(
        outcomes.as_array().unwrap().iter().map(|one| (&one["account"], &one["outcome"])).collect::<Vec<_>>(),
        [(&json!("acme"), &json!("refreshed")), (&json!("odd"), &json!("store"))]
    );

    let rotated = home.run(&["rotate-keys"]);
    assert!(rotated.stderr.contains("of a newer version: go1/odd."), "{rotated:?}");
    let output = home.run(&["rotate-keys", "--json"]).json();
    assert_eq!((&output["reencrypted"], &output["old_key_forgotten"]), (&json!(4), &json!(true)));
    assert_eq!((&output["unreadable"], &output["damaged"]), (&json!([]), &json!(["go1/odd"])));
    assert_eq!(output["wal_kept"], json!(false));
    header(&home, "go1", "acme");
}

#[tokio::test(flavor = "multi_thread")]
async fn rotate_keys_replaces_old_key() {
    let sandbox = go1().await;
    let home = TestHome::new().with_client_of(&sandbox);
    home.connect(&sandbox, "acme", &[]).await.ok();
    let file = home.folder.path().join("data/oauth/connections.db.key");
    let old = std::fs::read_to_string(&file).unwrap();
    let output = home.run(&["rotate-keys", "--json"]).json();
    // Two records: the token and its client.
    assert_eq!((&output["reencrypted"], &output["old_key_forgotten"]), (&json!(2), &json!(true)));
    let new = std::fs::read_to_string(&file).unwrap();
    assert!(new != old && new.lines().count() == 1);
    header(&home, "go1", "acme");

    // The old key no longer opens the store.
    let mut home = home.with("OAUTH_STORE_KEY", old.trim());
    assert_eq!(home.run(&["header", "go1", "acme"]).code, Some(9));
    // A key from the environment is not changed by the program.
    home.set("OAUTH_STORE_KEY", Some(new.trim()));
    assert_eq!(home.run(&["rotate-keys"]).code, Some(9));
    let both = format!("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY= {}", new.trim());
    home.set("OAUTH_STORE_KEY", Some(&both));
    home.run(&["rotate-keys"]).ok();
    home.set("OAUTH_STORE_KEY", Some("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="));
    header(&home, "go1", "acme");
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_reports_problems() {
    let sandbox = go1().await;
    let home =
        TestHome::new().with("OAUTH_GO1_CLIENT_ID", "an-id").with("OAUTH_GO1_CLIENT_SECRET", "canary-secret");
    let file = home.folder.path().join("oauth.toml");
    let redirect_uri = format!("http://127.0.0.1:{}/cb", free_port());
    std::fs::write(&file, format!("[go1]\nredirect_uri = \"{redirect_uri}\"\n")).unwrap();
    let healthy = home.run(&["doctor", "--offline", "--config", "oauth.toml"]);
    assert_eq!(healthy.code, Some(0), "{healthy:?}");
    assert!(!healthy.stdout.contains("canary"));
    let mut home = home.with_client_of(&sandbox);
    home.connect(&sandbox, "acme", &["--scope", "user.read"]).await.ok();
    home.set("OAUTH_GO1_CLIENT_ID", None);
    home.set("OAUTH_GO1_CLIENT_SECRET", None);
    let connected = home.run(&["doctor", "--verbose"]);
    assert_eq!(connected.code, Some(0), "{connected:?}");
    assert_eq!(sandbox.journal().token_calls(), 1, "doctor makes no token call");
    assert!(!connected.stdout.contains(sandbox.client_secret()));

    // The server stops.
    drop(sandbox);
    let gone = home.run(&["doctor", "--json"]);
    assert_eq!((gone.code, &gone.json()["ok"]), (Some(1), &json!(false)), "{gone:?}");
    let findings = gone.json()["providers"][0]["findings"].clone();
    let bad: Vec<&Value> = findings.as_array().unwrap().iter().filter(|one| one["level"] == "bad").collect();
    assert_eq!(bad.len(), 3, "{bad:?}");
    assert!(bad.iter().all(|one| one["about"] == "network" && one["remedy"].is_string()), "{bad:?}");

    // Wrong key and invalid configuration file.
    home.set("OAUTH_STORE_KEY", Some("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="));
    std::fs::write(&file, "[go2]\n").unwrap();
    let invalid = home.run(&["doctor", "--config", "oauth.toml"]);
    assert_eq!(invalid.code, Some(1));
    let output = [healthy.stdout, connected.stdout, invalid.stdout].join("\n=====\n");
    insta::assert_snapshot!(normalize(&home, &output));
}

/// A personal access token of GoCD, stored for this account.
async fn with_personal_token(account: &str) -> (Gocd, TestHome) {
    let sandbox = Gocd::start().await.unwrap();
    let home = TestHome::new();
    let add = ["add", "gocd-personal", account, "--server", sandbox.url()];
    home.run_with(&add, sandbox.personal_access_token()).ok();
    (sandbox, home)
}

/// Real error responses are partly unknown. This is how they become known.
#[tokio::test(flavor = "multi_thread")]
async fn doctor_lists_unrecognized_responses() {
    let (sandbox, home) = with_personal_token("canary-account").await;
    for body in ["{\"canary-value\":1}", "{\"canary-value\":2}", ""] {
        sandbox.next_api_call(Fault::status(401, body).header("content-type", "application/json"));
        assert_ne!(
            home.run(&["request", "gocd-personal", "canary-account", "GET", "/version"]).code,
            Some(0)
        );
    }
    let shown = home.run(&["doctor", "--offline"]).ok();
    for kind in [
        "gocd-personal sent status 401, application/json, members `canary-value`: 2 times, last",
        "gocd-personal sent status 401, application/json, no members: 1 time, last",
    ] {
        assert!(shown.contains(kind), "{shown}");
    }
    assert_eq!(shown.matches("please report").count(), 2, "{shown}");
    assert!(!shown.contains("canary-account"), "{shown}");
    let other = home.run(&["doctor", "--offline", "--provider", "go1"]).stdout;
    assert!(!other.contains("canary-value"), "{other}");
}

#[test]
fn completions_support_every_shell() {
    let home = TestHome::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = home.run(&["completions", shell]).ok();
        assert!(script.contains("rotate-keys") && script.contains("partner-portal"), "{shell}");
    }
}

/// Paths start below the API, unless they begin with the server's context path.
#[tokio::test(flavor = "multi_thread")]
async fn request_reaches_gocd_api_and_pages() {
    let (sandbox, home) = with_personal_token("ci").await;
    let whole = format!("{}/cctray.xml", sandbox.url());
    for (path, requested) in [
        ("/version", "/go/api/version"),
        ("version", "/go/api/version"),
        ("/api/version", "/go/api/version"),
        ("/go/api/version", "/go/api/version"),
        ("/current_user?x=1", "/go/api/current_user"),
        ("/go/cctray.xml", "/go/cctray.xml"),
        (&whole, "/go/cctray.xml"),
    ] {
        let ran = home.run(&["request", "gocd-personal", "ci", "GET", path]);
        assert_eq!(ran.code, Some(0), "{path}: {ran:?}");
        assert_eq!(sandbox.journal().entries().last().unwrap().path, requested, "{path}");
    }
    // Only a login may make tokens; the request itself is complete.
    let change = ["request", "gocd-personal", "ci", "POST", "/current_user/access_tokens"];
    assert!(home.run(&change).stdout.contains("using access token is forbidden"));
}

#[tokio::test(flavor = "multi_thread")]
async fn connection_is_named_in_either_form() {
    let sandbox = go1().await;
    let home = TestHome::new().with_client_of(&sandbox);
    home.connect(&sandbox, "default", &["--scope", "user.read"]).await.ok();
    home.connect(&sandbox, "acme", &["--scope", "user.read"]).await.ok();
    for arguments in [
        &["request", "go1", "/me"][..],
        &["request", "go1", "GET", "/me"],
        &["request", "go1/acme", "/me"],
        &["request", "go1/acme", "get", "/me"],
        &["request", "go1", "acme", "/me"],
        &["request", "-X", "GET", "go1/acme", "/me"],
        &["status", "go1"],
        &["status", "go1/acme"],
        &["header", "go1/acme"],
        &["refresh", "go1/acme"],
        &["disconnect", "go1/acme", "--yes"],
    ] {
        home.run(arguments).ok();
    }
    home.run_with(&["add", "cobot/hub"], "a-token\n").ok();
    assert_eq!(home.run(&["token", "cobot/hub"]).ok(), "a-token\n");
    for (arguments, help) in [
        (&["status", "go1/acme", "acme"][..], "PROVIDER/ACCOUNT or PROVIDER ACCOUNT"),
        (&["status", "go2"], "a similar value exists: 'go1'"),
        (&["request", "go1", "default", "GET", "/me", "-X", "PUT"], "remove one of them"),
        (&["request", "go1", "/me", "-f", "limit"], "write it as NAME=VALUE"),
        (&["refresh"], "name one of 2 connections, such as `oauth refresh cobot/hub`"),
    ] {
        let ran = home.run(arguments);
        assert!(ran.code == Some(2) && ran.stderr.contains(help), "{arguments:?}: {ran:?}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn exec_passes_token_and_exit_code() {
    let home = TestHome::new();
    home.run_with(&["add", "cobot", "hub"], "a-token\n").ok();
    let script = "echo \"$OAUTH_ACCESS_TOKEN, $OAUTH_AUTHORIZATION\"; exit 42";
    let ran = home.run(&["exec", "cobot/hub", "--", "/bin/sh", "-c", script]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(42), "a-token, Bearer a-token\n"), "{ran:?}");
    let ran = home.run(&["exec", "cobot", "hub", "--", "/no/such/command"]);
    assert!(ran.code == Some(1) && ran.stderr.contains("cannot run `/no/such/command`"), "{ran:?}");
}

/// Each path as `oauth api` shows it, whichever host or API has it.
#[tokio::test(flavor = "multi_thread")]
async fn request_reaches_documented_paths() {
    let (cobot, go1) =
        (Cobot::builder().redirect_uri(REMOTE_REDIRECT_URI).start().await.unwrap(), go1().await);
    let home = TestHome::new().with_client_of(&cobot).with_client_of(&go1);
    home.connect(&cobot, "default", &["--scope", "read_user"]).await.ok();
    home.connect(&go1, "default", &[]).await.ok();
    // API 1, then API 2, which is JSON:API on a host of its own.
    assert!(home.run(&["request", "cobot", "/api/user"]).json()["email"].is_string());
    assert_eq!(home.run(&["request", "cobot", "/user"]).json()["data"]["type"], "users");
    home.run(&["request", "cobot", "user"]).ok();
    // Go1's authorization host, gateway and version 2.
    home.run(&["request", "go1", "/oauth/validate"]).ok();
    for (path, asked) in
        [("/portals", "/gateway/portals"), ("/v2/portals", "/v2/portals"), ("/me", "/v2/me"), ("/x", "/v2/x")]
    {
        home.run(&["request", "go1", path]);
        assert_eq!(go1.journal().entries().last().unwrap().path, asked);
    }

    let token = home.run(&["token", "cobot"]).ok();
    let refused = home.run(&["request", "cobot", &format!("/api/nothing/{}", token.trim_end())]);
    assert_eq!(refused.code, Some(8), "{refused:?}");
    assert!(refused.stderr.contains("/api/nothing/[access token]: 404"), "{refused:?}");
    // Nothing is sent over plain http to another host.
    assert_eq!(home.run(&["request", "cobot", "http://www.cobot.me/api/user"]).code, Some(2));
    assert_eq!(home.run(&["request", "gocd-personal", "/version"]).code, Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn request_sends_fields_and_follows_pages() {
    let sandbox = go1().await;
    let home = TestHome::new().with_client_of(&sandbox);
    home.connect(&sandbox, "acme", &["--scope", "user.read"]).await.ok();
    let fields = ["-f", "limit=2", "-f", "keyword=a b"];
    sandbox.next_api_call(Fault::json(200, &json!({ "_links": { "next": { "href": "/v2/me?page=2" } } })));
    sandbox.next_api_call(Fault::status(200, "[]"));
    let get = ["request", "go1/acme", "/me", "--paginate"];
    assert!(home.run(&[&get[..], &fields].concat()).ok().ends_with("[]"));
    sandbox.next_api_call(Fault::status(200, ""));
    let post = ["request", "go1/acme", "/enrollments", "--gateway", "-X", "POST"];
    home.run(&[&post[..], &fields].concat()).ok();
    let journal = sandbox.journal();
    let last: Vec<String> = journal.entries().iter().rev().take(3).map(|call| format!("{call:?}")).collect();
    let limit = r#"Parameter { name: "limit", value: "2" }"#;
    assert!(last[2].contains(&format!("query: [{limit}")), "{last:?}");
    assert!(last[1].contains(r#"query: [Parameter { name: "page", value: "2" }]"#), "{last:?}");
    assert!(last[0].contains("POST") && last[0].contains(limit), "{last:?}");
}

/// The status line on stderr names the call and the API's message; the body stays on stdout.
#[tokio::test(flavor = "multi_thread")]
async fn refused_request_shows_path_and_message() {
    let sandbox = go1().await;
    let home = TestHome::new().with_client_of(&sandbox);
    home.connect(&sandbox, "acme", &["--scope", "user.read"]).await.ok();
    let token = home.run(&["token", "go1/acme"]).ok();
    let body = json!({ "message": format!("{} may not read this", token.trim()) });
    sandbox.next_api_call(Fault::json(403, &body));
    let ran = home.run(&["request", "go1/acme", "/me?secret=1"]);
    assert_eq!(ran.code, Some(8), "{ran:?}");
    assert!(ran.stderr.contains("/v2/me: 403 Forbidden: [access token] may not read this"), "{ran:?}");
    assert!(ran.stderr.contains(" help: the token may lack a scope"), "{ran:?}");
    assert!(!ran.stderr.contains("secret=1") && !ran.stderr.contains(token.trim()), "{ran:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn keep_waits_for_first_connection() {
    let home = TestHome::new();
    let mut keep = home.start(&["keep", "--every", "1", "--json"]);
    assert!(keep.line().contains("waits for the first connection"));
    home.run_with(&["add", "cobot", "hub"], "a-token\n").ok();
    assert!(keep.line().contains("sweeps every 1 s"));
    keep.signal(rustix::process::Signal::TERM);
    keep.end().ok();
    // A signal ends the wait as well.
    let mut keep = TestHome::new().start(&["keep"]);
    assert!(keep.line().contains("waits for the first connection"));
    keep.signal(rustix::process::Signal::TERM);
    keep.end().ok();
}

/// Help for common mistakes names the mistake.
#[test]
fn help_fits_the_mistake() {
    let home = TestHome::new();
    for (server, help) in [
        ("auth.example.com", "write https://auth.example.com"),
        ("127.0.0.1:1", "write http://127.0.0.1:1"),
        ("http://127.0.0.1:1", "nothing listens there"),
        ("https://no-such-host.invalid", "the server's name is not known"),
    ] {
        let connect =
            ["connect", "go1", "--client-credentials", "--client-id", "x", "--client-secret-file", "-"];
        let ran = home.run_with(&[&connect[..], &["--server", server]].concat(), "canary");
        assert!(ran.stderr.contains(help) && !ran.stderr.contains("try again later"), "{ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn list_fits_sixty_columns() {
    let sandbox = go1().await;
    let home = TestHome::new().with_client_of(&sandbox);
    home.connect(&sandbox, "acme", &["--scope", "user.read"]).await.ok();
    home.run_with(&["add", "cobot", "hub"], "a-token\n").ok();
    let listed = home.run(&["list"]).ok();
    assert!(listed.lines().all(|line| line.chars().count() <= 60), "{listed}");
    assert!(listed.contains("127.0.0.1:") && listed.contains("www.cobot.me"), "{listed}");
}
