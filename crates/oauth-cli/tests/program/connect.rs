//! `connect` and `add`.

use oauth_sandbox::{Cobot, CohortGo, Go1, Gocd, SandboxProvider, ServerHandle};
use serde_json::json;

use crate::test_home::{
    REMOTE_REDIRECT_URI, RunningProgram, TestHome, connect_arguments, free_port, normalize,
};

async fn sandbox<P: SandboxProvider>() -> ServerHandle<P> {
    ServerHandle::<P>::builder().redirect_uri(REMOTE_REDIRECT_URI).start().await.unwrap()
}

/// The browser's callback arrives at the listener.
async fn connect_through_listener<P: SandboxProvider>(more: &[&str], scheme: &str) {
    let port = free_port();
    let redirect_uri =
        format!("http://127.0.0.1:{port}/callback/{}", ServerHandle::<P>::start().await.unwrap().name());
    let sandbox = ServerHandle::<P>::builder().redirect_uri(&redirect_uri).start().await.unwrap();
    let home = TestHome::new().with_client_of(&sandbox);
    let port = port.to_string();
    let fixed = ["connect", sandbox.name(), "acme", "--server", sandbox.url(), "--port", &port, "--json"];
    // No browser is installed here, so the URL is only printed.
    let mut started = home.start(&[&fixed, more].concat());
    let url = started.url();
    let user_browser = sandbox.browser();
    let callback = user_browser.approve(&url).await.unwrap();
    assert!(callback.as_str().starts_with(&redirect_uri), "{callback}");
    let page = user_browser.follow(&callback).await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.body().contains("<h1>Connected to "), "{}", page.body());
    let ran = started.end();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let output = ran.json();
    assert_eq!(output["event"], "connected");
    assert_eq!(output["connection"]["state"], "active");
    let tells_user = sandbox.name() != "cohortgo";
    assert_eq!(output["connection"]["user"].is_string(), tells_user, "{output}");

    // Later commands need only the account's name.
    let name = sandbox.name().to_ascii_uppercase();
    let mut home = home;
    home.set(&format!("OAUTH_{name}_CLIENT_ID"), None);
    home.set(&format!("OAUTH_{name}_CLIENT_SECRET"), None);
    let header = home.run(&["header", sandbox.name(), "acme"]).ok();
    assert!(header.starts_with(&format!("Authorization: {scheme}")), "{header}");
    assert_eq!(header.lines().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn connects_to_cohort_go() {
    connect_through_listener::<oauth_sandbox::cohortgo::Rules>(
        &["--act-as-user", "--create-users"],
        "Bearer ",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connects_to_cobot() {
    connect_through_listener::<oauth_sandbox::cobot::Rules>(&["--scope", "read,read_user"], "Bearer ").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connects_to_go1() {
    connect_through_listener::<oauth_sandbox::go1::Rules>(
        &["--scope", "user.read", "--scope", "lo.read"],
        "Bearer ",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connects_to_gocd() {
    connect_through_listener::<oauth_sandbox::gocd::Rules>(&[], "Token token=\"").await;
}

/// A sandbox, and `oauth connect` for the account `acme`, which waits for the callback.
async fn start_connect() -> (Go1, TestHome, RunningProgram) {
    let sandbox: Go1 = sandbox().await;
    let home = TestHome::new().with_client_of(&sandbox);
    let started = home.start_connect(&sandbox, "acme", &[]);
    (sandbox, home, started)
}

#[tokio::test(flavor = "multi_thread")]
async fn accepts_pasted_callback_url() {
    let (sandbox, _home, mut started) = start_connect().await;
    let callback = sandbox.approve(started.url()).await.unwrap();
    // Pasted before the real callback: an unrelated URL, an empty line, another attempt's callback.
    started.paste("https://app.example.com/");
    started.paste("");
    started.paste("https://app.example.com/callback?code=of-another&state=of-another");
    started.paste(callback.as_str());
    let ran = started.end();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(sandbox.journal().token_calls(), 1, "only the matching callback is exchanged");
}

#[tokio::test(flavor = "multi_thread")]
async fn denied_consent_stores_nothing() {
    let (sandbox, home, mut started) = start_connect().await;
    let callback = sandbox.deny(started.url()).await.unwrap();
    started.paste(callback.as_str());
    let ran = started.end();
    assert_eq!(ran.code, Some(5), "{ran:?}");
    assert!(ran.stderr.contains("\"kind\":\"denied\""), "{ran:?}");
    assert_eq!(home.run(&["list", "--json"]).json(), json!([]));
    assert_eq!(home.run(&["header", "go1", "acme"]).code, Some(3));
}

/// The browser shows what the terminal does.
#[tokio::test(flavor = "multi_thread")]
async fn last_page_tells_the_result() {
    for (title, help) in
        [("access was denied", "Run this command again"), ("Not connected to Go1", "Check client id")]
    {
        let port = free_port();
        let redirect_uri = format!("http://127.0.0.1:{port}/callback/go1");
        let sandbox = Go1::builder().redirect_uri(&redirect_uri).start().await.unwrap();
        let home = TestHome::new().with_client_of(&sandbox).with("OAUTH_GO1_CLIENT_SECRET", "wrong");
        let (server, port) = (sandbox.url().to_owned(), port.to_string());
        let mut started =
            home.start(&["connect", "go1", "acme", "--server", &server, "--port", &port, "--json"]);
        let url = started.url();
        let browser = sandbox.browser();
        // Another attempt's page is not the last one.
        let other = format!("{redirect_uri}?code=x&state=y").parse::<url::Url>().unwrap();
        let page = browser.follow(&other).await.unwrap();
        assert!(page.body().contains("belongs to another attempt"), "{}", page.body());
        let callback = match title {
            "access was denied" => browser.deny(&url).await.unwrap(),
            _ => browser.approve(&url).await.unwrap(),
        };
        let page = browser.follow(&callback).await.unwrap();
        assert!(page.body().contains(title) && page.body().contains(help), "{}", page.body());
        assert_ne!(started.end().code, Some(0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_secret_exits_with_client_refused() {
    let sandbox: Go1 = sandbox().await;
    let home =
        TestHome::new().with_client_of(&sandbox).with("OAUTH_GO1_CLIENT_SECRET", "canary-of-a-wrong-secret");
    let ran = home.connect(&sandbox, "acme", &[]).await;
    assert_eq!(ran.code, Some(6), "{ran:?}");
    assert!(!ran.stderr.contains("canary"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn connect_times_out_without_callback() {
    let sandbox: Go1 = sandbox().await;
    let home = TestHome::new().with_client_of(&sandbox);
    let ran = home.start_connect(&sandbox, "acme", &["--timeout", "1"]);
    let mut ran = ran;
    ran.url();
    let ran = ran.end();
    assert_eq!(ran.code, Some(7), "{ran:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn signal_while_waiting_stores_nothing() {
    let sandbox: Go1 = sandbox().await;
    let home = TestHome::new().with_client_of(&sandbox);
    for signal in [rustix::process::Signal::INT, rustix::process::Signal::TERM] {
        let mut started = home.start_connect(&sandbox, "acme", &[]);
        started.url();
        started.signal(signal);
        assert_eq!(started.end().code, Some(130));
    }
    assert_eq!(home.run(&["list", "--json"]).json(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn connects_with_client_credentials() {
    let sandbox: Go1 = sandbox().await;
    let home = TestHome::new().with_client_of(&sandbox);
    let server = sandbox.url();
    let ran = home.run(&[
        "connect",
        "go1",
        "own",
        "--server",
        server,
        "--client-credentials",
        "--scope",
        "user.read",
    ]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(home.run(&["header", "go1", "own"]).ok().starts_with("Authorization: Bearer "));
}

#[tokio::test(flavor = "multi_thread")]
async fn reconnect_reuses_saved_client() {
    let sandbox: Gocd = sandbox().await;
    let mut home = TestHome::new().with_client_of(&sandbox);
    home.connect(&sandbox, "ci", &[]).await.ok();
    let first = home.run(&["header", "gocd", "ci"]).ok();
    home.set("OAUTH_GOCD_CLIENT_ID", None);
    home.set("OAUTH_GOCD_CLIENT_SECRET", None);
    let mut started = home.start(&["connect", "gocd", "ci", "--no-browser", "--json"]);
    let callback = sandbox.approve(started.url()).await.unwrap();
    started.paste(callback.as_str());
    started.end().ok();
    assert_ne!(home.run(&["header", "gocd", "ci"]).ok(), first);
}

/// Options of one attempt are not saved; server, client and permissions are.
#[tokio::test(flavor = "multi_thread")]
async fn one_time_options_are_not_saved() {
    let cohortgo: CohortGo = sandbox().await;
    let go1: Go1 = sandbox().await;
    let home = TestHome::new().with_client_of(&cohortgo).with_client_of(&go1);
    home.connect(&cohortgo, "uni", &["--act-as-user", "--without-state-echo"]).await.ok();
    let mut again = home.start(&["connect", "cohortgo", "uni", "--no-browser", "--json"]);
    let url = again.url();
    assert!(url.starts_with(cohortgo.url()) && url.contains("act-as-user"), "{url}");
    let callback = cohortgo.approve(&url).await.unwrap();
    // A callback without state is not accepted this time.
    again.paste(&format!("{REMOTE_REDIRECT_URI}?code=of-another"));
    again.paste(callback.as_str());
    again.end().ok();
    assert_eq!(cohortgo.journal().token_calls(), 2);

    let own =
        ["connect", "go1", "own", "--server", go1.url(), "--client-credentials", "--scope", "user.read"];
    home.run(&own).ok();
    let ran = home.connect(&go1, "own", &[]).await;
    assert_eq!(ran.code, Some(0), "connected in a browser this time: {ran:?}");
    assert_eq!(ran.json()["connection"]["scopes"], json!(["user.read"]));
}

/// Any web page can send an error callback to the listener. GoCD's own error callbacks have no state either.
#[tokio::test(flavor = "multi_thread")]
async fn stateless_error_callback_is_ignored() {
    let port = free_port().to_string();
    let redirect_uri = format!("http://127.0.0.1:{port}/callback/gocd");
    let sandbox = Gocd::builder().redirect_uri(&redirect_uri).start().await.unwrap();
    let home = TestHome::new().with_client_of(&sandbox);
    let mut started =
        home.start(&["connect", "gocd", "ci", "--server", sandbox.url(), "--port", &port, "--json"]);
    let url = started.url();
    let user_browser = sandbox.browser();
    for error in ["access_denied", "invalid_request", "server_error"] {
        let forged = format!("{redirect_uri}?error={error}");
        assert_eq!(user_browser.follow(&forged).await.unwrap().status(), 200);
    }
    let callback = user_browser.approve(&url).await.unwrap();
    user_browser.follow(&callback).await.unwrap();
    let ran = started.end();
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

/// If nothing else arrives, the error callback was about this attempt.
#[tokio::test(flavor = "multi_thread")]
async fn stateless_error_callback_is_reported_after_the_timeout() {
    let port = free_port().to_string();
    let redirect_uri = format!("http://127.0.0.1:{port}/callback/gocd");
    let sandbox = Gocd::builder().redirect_uri(&redirect_uri).start().await.unwrap();
    let home = TestHome::new().with_client_of(&sandbox);
    let connect =
        ["connect", "gocd", "ci", "--server", sandbox.url(), "--port", &port, "--json", "--timeout", "3"];
    let mut started = home.start(&connect);
    started.url();
    let page = sandbox.browser().follow(format!("{redirect_uri}?error=invalid_request")).await.unwrap();
    assert!(page.body().contains("GoCD refused"), "{page:?}");
    let ran = started.end();
    assert_eq!(ran.code, Some(6), "{ran:?}");
}

/// An imported token cannot be refreshed, so it must not silently replace a connection that can.
#[tokio::test(flavor = "multi_thread")]
async fn add_keeps_refreshable_connection_without_replace() {
    let sandbox: Go1 = sandbox().await;
    let home = TestHome::new().with_client_of(&sandbox);
    home.connect(&sandbox, "acme", &[]).await.ok();
    let before = home.run(&["header", "go1", "acme"]).ok();
    let add = |more: &[&str]| {
        home.run_with(&[&["add", "go1", "acme", "--server", sandbox.url()], more].concat(), "other\n")
    };
    let refused = add(&[]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("--replace"), "{refused:?}");
    assert_eq!(home.run(&["header", "go1", "acme"]).ok(), before);
    add(&["--replace"]).ok();
    assert_eq!(home.run(&["header", "go1", "acme"]).ok(), "Authorization: Bearer other\n");
    let refused = add(&[]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("is connected already"), "{refused:?}");

    // `connect` always replaces, with a notice.
    let again = connect_arguments(&sandbox, "acme");
    let ran = home.run(&again);
    assert!(ran.stderr.contains("This replaces go1/acme, whose token was received "), "{ran:?}");
    assert_eq!(home.run(&["header", "go1", "acme"]).ok(), "Authorization: Bearer other\n");
}

#[test]
fn account_name_rejects_control_characters() {
    let home = TestHome::new();
    for name in ["", "a\nb", "a\u{1b}[2Jb"] {
        let ran = home.run_with(&["add", "cobot", name], "a-token\n");
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
        assert!(!ran.stderr.contains('\u{1b}'), "{ran:?}");
    }
    assert!(!home.store().exists());
}

/// Without listener and stdin no callback can arrive.
#[tokio::test(flavor = "multi_thread")]
async fn fails_when_no_callback_can_arrive() {
    let sandbox: Go1 = sandbox().await;
    let home = TestHome::new().with_client_of(&sandbox);
    let ran = home.run(&connect_arguments(&sandbox, "acme"));
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("no callback URL was given"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn add_imports_existing_token() {
    let cobot: Cobot = sandbox().await;
    let cohortgo: CohortGo = sandbox().await;
    let gocd: Gocd = sandbox().await;
    let home = TestHome::new();
    let token = "canary0123456789";
    let add = |more: &[&str]| home.run_with(&[&["add"], more].concat(), &format!("{token}\n"));
    let output = add(&["cobot", "space", "--server", cobot.url(), "--scope", "read"]).ok();
    assert!(!output.contains("canary"), "{output}");
    add(&["gocd-personal", "me", "--server", gocd.url()]).ok();
    let api = cohortgo.api_url();
    add(&["cohortgo", "uni", "--server", cohortgo.url(), "--api-base-url", api, "--scope", "act-as-user"])
        .ok();
    for (provider, account) in [("cobot", "space"), ("gocd-personal", "me"), ("cohortgo", "uni")] {
        assert_eq!(home.run(&["header", provider, account]).ok(), format!("Authorization: Bearer {token}\n"));
    }
    insta::assert_snapshot!(normalize(&home, &home.run(&["list"]).ok()));
    // Connections in use are kept, at every provider.
    for arguments in [
        &["cobot", "space", "--server", cobot.url()][..],
        &["gocd-personal", "me", "--server", gocd.url()],
        &["cohortgo", "uni", "--server", cohortgo.url(), "--api-base-url", api],
    ] {
        let refused = home.run_with(&[&["add"], arguments].concat(), "another\n");
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(refused.stderr.contains("--replace"), "{refused:?}");
        let header = home.run(&["header", arguments[0], arguments[1]]).ok();
        assert_eq!(header, format!("Authorization: Bearer {token}\n"));
    }

    // Invalid options are reported before the token is read.
    let invalid =
        add(&["cohortgo", "new", "--server", cohortgo.url(), "--api-base-url", "https://evil.example/"]);
    assert_eq!(invalid.code, Some(8), "{invalid:?}");
    assert_eq!(add(&["gocd-personal", "me"]).code, Some(2));
    assert_eq!(home.run_with(&["add", "cobot", "x"], "\n").code, Some(2));
    assert_eq!(home.run_with(&["add", "cobot", "x"], "no-tok\u{e9}n\n").code, Some(9));
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_token_is_checked_before_it_is_stored() {
    let gocd: Gocd = sandbox().await;
    let home = TestHome::new();
    let connect = |token: &str| {
        let arguments = ["connect", "gocd-personal", "me", "--server", gocd.url()];
        home.run_with(&arguments, &format!("{token}\n"))
    };
    let refused = connect("nonsense");
    assert!(refused.code != Some(0) && !refused.stdout.contains("Connected"), "{refused:?}");
    assert_eq!(home.run(&["list", "--json"]).json(), json!([]));
    assert_eq!(gocd.journal().api_calls(), 1, "one call decides");
    let token = gocd.personal_access_token();
    assert!(connect(token).ok().contains("Connected."));
    // A wrong token does not replace a good one.
    assert_ne!(connect("nonsense").code, Some(0));
    let header = home.run(&["header", "gocd-personal", "me"]).ok();
    assert_eq!(header, format!("Authorization: Bearer {token}\n"));
}

/// Option, environment, file, configuration and stdin treat a value alike: one line end is cut, blanks and
/// other characters are refused, and no error shows the value.
#[tokio::test(flavor = "multi_thread")]
async fn credentials_from_every_source_are_read_alike() {
    let sandbox: Go1 = sandbox().await;
    let (id, secret) = (sandbox.client_id(), sandbox.client_secret());
    for (before, after, accepted) in [
        ("", "\n", true),
        ("", "\r\n", true),
        ("", " ", false),
        ("\u{a0}", "", false),
        ("", "\n\n", false),
        ("", "\u{200b}", false),
    ] {
        let around = |text: &str| format!("{before}{text}{after}");
        let case = format!("{before:?} {after:?}");
        let fixed = [
            "connect",
            "go1",
            "own",
            "--server",
            sandbox.url(),
            "--client-credentials",
            "--scope",
            "user.read",
        ];
        let check = |home: &TestHome, more: &[&str], input: &str, code: i32| {
            let ran = home.run_with(&[&fixed, more].concat(), input);
            let code = if accepted { 0 } else { code };
            assert_eq!(ran.code, Some(code), "{case} {more:?}: {ran:?}");
            assert!(!ran.stderr.contains(secret), "{ran:?}");
        };
        let home = || TestHome::new().with_client_of(&sandbox);
        check(&home().with("OAUTH_GO1_CLIENT_ID", &around(id)), &[], "", 9);
        check(&home().with("OAUTH_GO1_CLIENT_SECRET", &around(secret)), &[], "", 9);
        check(&home(), &["--client-id", &around(id)], "", 2);
        check(&home(), &["--client-secret-file", "-"], &around(secret), 9);
        let in_file = home();
        let path = in_file.folder.path().join("secret");
        std::fs::write(&path, around(secret)).unwrap();
        check(&in_file, &["--client-secret-file", path.to_str().unwrap()], "", 9);
        let configured = TestHome::new();
        let config = configured.folder.path().join("config.toml");
        let quoted = |text: &str| serde_json::to_string(&around(text)).unwrap();
        let server = sandbox.url();
        std::fs::write(
            &config,
            format!(
                "[go1]\nserver = \"{server}\"\nclient_id = {}\nclient_secret = {}\n",
                quoted(id),
                quoted(secret)
            ),
        )
        .unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&config, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        check(&configured, &["--config", config.to_str().unwrap()], "", 9);

        let home = TestHome::new();
        let ran = home.run_with(&["add", "cobot", "space"], &around("canary-token"));
        assert_eq!(ran.code, Some(if accepted { 0 } else { 9 }), "{case}: {ran:?}");
        if accepted {
            assert_eq!(home.run(&["header", "cobot", "space"]).ok(), "Authorization: Bearer canary-token\n");
        }
    }
    let home = TestHome::new();
    for prefix in ["Bearer ", "Authorization: Bearer ", "Basic "] {
        let ran = home.run_with(&["add", "cobot", "space"], &format!("{prefix}canary\n"));
        assert_eq!(ran.code, Some(9), "{ran:?}");
        assert!(ran.stderr.contains("Authorization header") && !ran.stderr.contains("canary"), "{ran:?}");
    }
}
