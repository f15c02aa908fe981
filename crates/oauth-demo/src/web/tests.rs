//! Tests of the page with a browser without scripts and the sandbox's users.

mod browser;

use std::time::Duration;

use oauth_sandbox::{SandboxProvider, ServerHandle};
use tokio::task::JoinSet;

use super::WebDemo;
use browser::{Browser, Page};

/// The providers in the order of the page.
const PROVIDERS: [&str; 4] = ["go1", "gocd", "cobot", "cohortgo"];

async fn demo() -> (WebDemo, Browser) {
    let demo = WebDemo::start(0).await.unwrap();
    let browser = Browser::at(demo.state.origin());
    (demo, browser)
}

impl WebDemo {
    /// Connects as the sandbox's first user, who logs in and gives consent.
    async fn connect(&self, browser: &Browser, provider: &str) -> Page {
        async fn approve<P: SandboxProvider>(running: &ServerHandle<P>, url: &str) -> String {
            running.approve(url).await.unwrap().to_string()
        }
        let sandbox = self.state.sandbox();
        let link = browser.home().await.link(&format!("#connect-{provider}"));
        let authorize = browser.get(&link).await.location();
        let callback = match provider {
            "go1" => approve(sandbox.go1(), &authorize).await,
            "gocd" => approve(sandbox.gocd(), &authorize).await,
            "cobot" => approve(sandbox.cobot(), &authorize).await,
            _ => approve(sandbox.cohortgo(), &authorize).await,
        };
        let response = browser.get(&callback).await;
        assert_eq!(response.location(), "/", "{response:?}");
        self.state.pending_work().wait_until_idle(Duration::from_secs(5)).await;
        browser.home().await
    }

    fn token_calls(&self, provider: &str) -> u64 {
        self.state.integration(provider).unwrap().journal().token_calls()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connects_all_four_through_login_and_consent() {
    let (demo, browser) = demo().await;
    assert_eq!(browser.home().await.text("#connections h2"), "Connections 0 of 4");
    for (provider, account, acts_for, scope) in [
        ("go1", "acme-training", "the user who connected", "user.read"),
        ("gocd", "checkout-team", "login name", "No scopes"),
        ("cobot", "betahaus", "admin of", "read_memberships"),
        ("cohortgo", "brightwater-college", "named in each call", "act-as-user"),
    ] {
        let before = browser.home().await;
        assert_eq!(before.health(provider), "not-connected");
        let page = demo.connect(&browser, provider).await;
        assert_eq!(page.health(provider), "valid", "{}", page.body);
        let row = page.row(provider);
        for part in ["Valid", account, acts_for, scope] {
            assert!(row.contains(part), "`{part}` in `{row}`");
        }
        assert_eq!(demo.token_calls(provider), 1);
    }
    let page = browser.home().await;
    assert_eq!(page.text("#connections h2"), "Connections 4 of 4");
    assert!(page.row("go1").contains("expires in 11:59:"), "{}", page.row("go1"));
    assert!(page.row("gocd").contains("expires in 89 days"), "{}", page.row("gocd"));
    assert!(page.row("cobot").contains("does not expire"), "{}", page.row("cobot"));
    let wire = page.text("#wire");
    for part in
        ["POST /oauth/token", "POST /oauth2/token", "GET /oauth/authorize", "connected", "[access token]"]
    {
        assert!(wire.contains(part), "`{part}` in `{wire}`");
    }
    demo.shut_down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirteen_hours_later_refreshes_exactly_once() {
    let (demo, browser) = demo().await;
    for provider in PROVIDERS {
        demo.connect(&browser, provider).await;
    }
    let calls = PROVIDERS.map(|provider| demo.token_calls(provider));
    let response = browser.post("/clock", "jump=13-hours").await;
    assert_eq!(response.location(), "/#top");
    // No wait is needed: the response came after the refresh.
    let page = browser.home().await;
    assert_eq!(page.health("go1"), "valid");
    let row = page.row("go1");
    assert!(row.contains("Refreshed 1 time, last at") && row.contains("expires in 11:59:"), "{row}");
    // The next sweep refreshes nothing.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let after = PROVIDERS.map(|provider| demo.token_calls(provider));
    assert_eq!(after, [calls[0] + 1, calls[1], calls[2], calls[3]]);
    let wire = browser.home().await.text("#wire");
    assert!(wire.contains("You advanced the clock by 13 hours.") && wire.contains("refresh_token"), "{wire}");

    browser.post("/clock", "jump=91-days").await;
    let page = browser.home().await;
    let healths = PROVIDERS.map(|provider| page.health(provider));
    assert_eq!(healths, ["needs-reconnect", "valid", "valid", "valid"]);
    assert!(page.row("go1").contains("after 90 days without use"), "{}", page.row("go1"));
    assert!(page.row("gocd").contains("Refreshed 1 time"), "{}", page.row("gocd"));
    // Reconnecting restores the connection.
    assert_eq!(demo.connect(&browser, "go1").await.health("go1"), "valid");
    demo.shut_down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_failure_shows_its_result() {
    let mut cases = JoinSet::new();
    for (scenario, provider, health, token_calls, row, wire) in [
        ("lost-response", "go1", "needs-reconnect", 2, "response to a refresh was lost", "no response"),
        ("lost-response", "gocd", "needs-reconnect", 2, "response to a refresh was lost", "no response"),
        ("server-error", "go1", "valid", 2, "Refreshed 1 time", "not refreshed"),
        (
            "slow-response",
            "go1",
            "valid",
            1,
            "Refreshed 1 time",
            "for 1 token call, and all received the same headers",
        ),
        (
            "wrong-secret",
            "go1",
            "client-rejected",
            1,
            "until the secret is corrected",
            "the client was refused",
        ),
        (
            "access-revoked",
            "go1",
            "needs-reconnect",
            1,
            "Access was revoked",
            "needs reconnecting: access was revoked",
        ),
        ("access-revoked", "cobot", "needs-reconnect", 0, "there is no refresh token", "needs reconnecting"),
        (
            "access-revoked",
            "cohortgo",
            "needs-reconnect",
            0,
            "there is no refresh token",
            "needs reconnecting",
        ),
        ("api-down", "gocd", "valid", 0, "API response:", "The caller received a response"),
        ("api-down", "cobot", "valid", 0, "API response:", "503"),
    ] {
        cases.spawn(async move {
            let (demo, browser) = demo().await;
            demo.connect(&browser, provider).await;
            let before = demo.token_calls(provider);
            let response =
                browser.post(&format!("/failures/{scenario}"), &format!("provider={provider}")).await;
            assert_eq!(response.location(), "/#connections");
            let page = browser.home().await;
            let case = format!("{scenario} at {provider}: {}\n{}", page.row(provider), page.text("#wire"));
            assert_eq!(page.health(provider), health, "{case}");
            assert_eq!(demo.token_calls(provider) - before, token_calls, "{case}");
            assert!(page.row(provider).contains(row), "{case}");
            assert!(page.text("#wire").contains(wire), "{case}");
            page.has_none_of(&demo.state.secrets());
            demo.shut_down().await;
        });
    }
    // Each case waits for deadlines, so they run concurrently.
    assert_eq!(cases.join_all().await.len(), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_secret_stops_calls_until_corrected() {
    let (demo, browser) = demo().await;
    demo.connect(&browser, "go1").await;
    browser.post("/failures/wrong-secret", "provider=go1").await;
    let calls = demo.token_calls("go1");
    // The token expires, and still nothing is sent.
    browser.post("/clock", "jump=13-hours").await;
    browser.post("/failures/lost-response", "provider=go1").await;
    tokio::time::sleep(Duration::from_millis(1_300)).await;
    assert_eq!(demo.token_calls("go1"), calls);
    assert_eq!(browser.home().await.health("go1"), "client-rejected");
    browser.post("/connections/go1/secret", "").await;
    let page = browser.home().await;
    assert_eq!(page.health("go1"), "valid", "{}", page.text("#wire"));
    assert_eq!(demo.token_calls("go1"), calls + 1);

    // GoCD consumes the refresh token before it checks the secret, so this one connection is lost.
    demo.connect(&browser, "gocd").await;
    browser.post("/failures/wrong-secret", "provider=gocd").await;
    browser.post("/connections/gocd/secret", "").await;
    let page = browser.home().await;
    assert_eq!(page.health("gocd"), "needs-reconnect", "{}", page.text("#wire"));
    assert_eq!(demo.connect(&browser, "gocd").await.health("gocd"), "valid");
    demo.shut_down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn page_contains_no_secret() {
    let (demo, browser) = demo().await;
    for provider in PROVIDERS {
        demo.connect(&browser, provider).await;
        browser.post(&format!("/connections/{provider}/call"), "").await;
        browser.post("/failures/api-down", &format!("provider={provider}")).await;
    }
    browser.post("/connections/go1/refresh", "").await;
    browser.post("/clock", "jump=13-hours").await;
    browser.post("/failures/lost-response", "provider=go1").await;
    browser.post("/failures/access-revoked", "provider=gocd").await;
    let page = browser.home().await;
    let secrets = demo.state.secrets();
    // Per provider: client secret, two or three passwords, code and token, plus the tokens of refreshes.
    assert!(secrets.len() > 24, "{}", secrets.len());
    page.has_none_of(&secrets);
    assert!(
        page.body.contains("[refresh token 2]") && page.body.contains("[client secret]"),
        "{}",
        page.body
    );
    demo.shut_down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rejects_requests_from_other_origins() {
    let (demo, browser) = demo().await;
    demo.connect(&browser, "go1").await;
    let before = browser.home().await.text("#wire");
    let foreign: [&[(&str, &str)]; 4] = [
        &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
        &[("origin", "http://localhost:3000"), ("sec-fetch-site", "same-site")],
        &[("origin", "null")],
        &[],
    ];
    for (path, body) in [
        ("/clock", "jump=13-hours"),
        ("/connections/go1/disconnect", ""),
        ("/connections/go1/refresh", ""),
        ("/failures/access-revoked", "provider=go1"),
        ("/reset", ""),
    ] {
        for headers in foreign {
            let page = browser.send("POST", path, body, headers).await;
            assert_eq!(page.status, 403, "{path} {headers:?}");
        }
        let page = browser.send("GET", path, "", &[]).await;
        assert_eq!(page.status, 405, "{path}");
    }
    for path in ["/", "/live?after=0", "/connect/go1", "/callback/go1?code=1&state=2", "/style.css"] {
        let page = browser.send("GET", path, "", &[("host", "rebound.evil.example")]).await;
        assert_eq!(page.status, 421, "{path}");
        assert!(page.body.contains(demo.state.origin()) && page.headers.get("set-cookie").is_none());
    }
    let page = browser.home().await;
    assert_eq!(page.text("#wire"), before);
    assert_eq!((page.health("go1").as_str(), demo.token_calls("go1")), ("valid", 1));
    demo.shut_down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invalid_requests_change_nothing() {
    let (demo, browser) = demo().await;
    for (path, body, status) in [
        ("/clock", "jump=tomorrow", 422),
        ("/clock", "", 422),
        ("/failures/flood", "provider=go1", 404),
        ("/failures/access-revoked", "provider=go2", 404),
        ("/connections/go2/refresh", "", 404),
        ("/nothing", "", 404),
        // Not connected, as on an outdated page.
        ("/failures/access-revoked", "provider=go1", 303),
        ("/failures/slow-response", "provider=cobot", 303),
        ("/connections/go1/disconnect", "", 303),
    ] {
        assert_eq!(browser.post(path, body).await.status, status, "{path} {body}");
    }
    assert_eq!(PROVIDERS.map(|provider| demo.token_calls(provider)), [0; 4]);
    assert_eq!(demo.connect(&browser, "go1").await.health("go1"), "valid", "no fault remains queued");
    demo.shut_down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reset_clears_everything() {
    let (demo, browser) = demo().await;
    demo.connect(&browser, "go1").await;
    browser.post("/clock", "jump=91-days").await;
    browser.post("/failures/wrong-secret", "provider=go1").await;
    let response = browser.post("/reset", "").await;
    assert_eq!(response.location(), "/#top");
    let page = browser.home().await;
    assert!(page.text("#wire").contains("Nothing yet."), "{}", page.text("#wire"));
    assert_eq!(page.text("#connections h2"), "Connections 0 of 4");
    let page = demo.connect(&browser, "go1").await;
    assert_eq!(page.health("go1"), "valid");
    assert!(
        !page.row("go1").contains("Refreshed") && page.row("go1").contains("11:59:"),
        "{}",
        page.row("go1")
    );
    demo.shut_down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_update_returns_after_change() {
    let (demo, browser) = demo().await;
    let version = browser.home().await.version();
    let target = format!("/live?after={version}");
    let request = browser.get(&target);
    let (update, _) = tokio::join!(request, async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        demo.connect(&browser, "go1").await
    });
    assert_eq!(update.status, 200);
    assert_ne!(update.version(), version);
    // An old version gets the page at once. A shutdown ends the wait with 204.
    assert_eq!(browser.get(&target).await.status, 200);
    let version = browser.home().await.version();
    let last = tokio::spawn({
        let browser = browser.clone();
        async move { browser.get(&format!("/live?after={version}")).await.status }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let started_at = std::time::Instant::now();
    demo.shut_down().await;
    assert_eq!(last.await.unwrap(), 204);
    assert!(started_at.elapsed() < Duration::from_secs(3), "{:?}", started_at.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_response_has_security_headers() {
    let (demo, browser) = demo().await;
    for path in ["/", "/style.css", "/script.js", "/nothing", "/connect/unknown"] {
        let page = browser.get(path).await;
        let header = |name: &str| page.headers[name].to_str().unwrap().to_owned();
        assert_eq!(
            (header("cache-control").as_str(), header("x-content-type-options").as_str()),
            ("no-store", "nosniff")
        );
        let policy = header("content-security-policy");
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
    }
    // The page contains nothing that the policy blocks.
    let home = browser.home().await;
    for blocked in ["[style]", "style", "[onclick]", "script:not([src])", "[src^=http]", "link[href^=http]"] {
        assert_eq!(home.count(blocked), 0, "{blocked}");
    }
    demo.shut_down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn snapshots() {
    let (demo, browser) = demo().await;
    insta::assert_snapshot!("empty", browser.home().await.normalized());
    for provider in PROVIDERS {
        demo.connect(&browser, provider).await;
    }
    browser.post("/clock", "jump=13-hours").await;
    browser.post("/failures/access-revoked", "provider=cobot").await;
    browser.post("/failures/wrong-secret", "provider=gocd").await;
    let page = browser.home().await.normalized();
    let connections =
        page.split("<section").find(|section| section.starts_with(" id=\"connections\"")).unwrap();
    insta::assert_snapshot!("connections", connections);
    demo.shut_down().await;
}

#[tokio::test]
async fn port_in_use_error_names_the_remedy() {
    let demo = WebDemo::start(0).await.unwrap();
    let port = demo.state.origin().rsplit(':').next().unwrap().parse().unwrap();
    let error = WebDemo::start(port).await.err().unwrap().to_string();
    assert!(error.contains(&format!("port {port} is in use")) && error.contains("--port 0"), "{error}");
    demo.shut_down().await;
}
